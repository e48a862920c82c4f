//! The authorization URL: opened again, and copied, without the page ever having it.

use support::test_env::TestEnv;

#[tokio::test]
async fn the_link_can_be_opened_again_and_copied_without_being_shown() {
    let (mut env, window) = TestEnv::opened().await;
    let link = env.begin(&window).await;
    let button = |words: &str| window.part(format!("//button[normalize-space()='{words}']"));
    button("Open again").click().await;
    assert_eq!(env.next_link().await, link);
    assert!(
        !window.source().await.contains("state="),
        "the page never has the link"
    );
    button("Copy link").click().await;
    button("Copied").appears().await;
    let paste = "\u{E009}v";
    window.at("paste-callback").fill(paste).await;
    assert_eq!(window.at("paste-callback").value().await, link);
    window.close().await;
}
