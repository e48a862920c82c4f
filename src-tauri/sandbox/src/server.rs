//! The HTTP server: its routes, the refusal of other hosts, and serving until it is stopped.

use std::{
    sync::{Arc, Mutex, PoisonError},
    time::{SystemTime, UNIX_EPOCH},
};

use axum::{
    Router,
    extract::{DefaultBodyLimit, Request, State},
    http::{HeaderValue, StatusCode, header::HOST},
    middleware::{self, Next},
    response::{IntoResponse, Response},
    routing::{get, post},
};
use tokio::{
    net::TcpListener,
    sync::{oneshot, watch},
};

use crate::{
    api,
    connection::{Cuttable, Wire},
    consent,
    control::{self, Control},
    modes::Modes,
    oauth, reply,
    sample::{self, Sample},
    store::Store,
};

/// The longest request body that OAuth's endpoints read, in bytes.
const BODY_LIMIT: usize = 64 * 1024;

/// The state that all handlers share.
pub(crate) struct App {
    pub(crate) store: Store,
    pub(crate) requests: consent::Requests,
    pub(crate) redirect_uris: Vec<String>,
    pub(crate) auto_approve: bool,
    /// Without a slash at the end.
    pub(crate) base_url: String,
    pub(crate) sample: Sample,
    modes: Mutex<Modes>,
    stopping: watch::Sender<bool>,
}

impl App {
    pub(crate) fn new(
        store: Store,
        base_url: String,
        redirect_uris: Vec<String>,
        auto_approve: bool,
    ) -> Self {
        Self {
            store,
            requests: consent::Requests::default(),
            redirect_uris,
            auto_approve,
            base_url,
            sample: Sample::default(),
            modes: Mutex::default(),
            stopping: watch::Sender::default(),
        }
    }

    /// Turns true when the sandbox stops, which ends replies that would go on.
    pub(crate) fn stopping(&self) -> watch::Receiver<bool> {
        self.stopping.subscribe()
    }

    /// The present modes.
    pub(crate) fn modes(&self) -> Modes {
        let modes = self.modes.lock();
        modes.unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Replaces the modes.
    pub(crate) fn set_modes(&self, modes: Modes) {
        *self.modes.lock().unwrap_or_else(PoisonError::into_inner) = modes;
    }
}

/// The present time in milliseconds since the Unix epoch, UTC.
pub(crate) fn now() -> i64 {
    let since = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .unwrap_or_default();
    i64::try_from(since.as_millis()).unwrap_or(i64::MAX)
}

/// All routes; with `control`, also the record of requests, the faults, and `/_sandbox/`.
pub(crate) fn router(app: Arc<App>, port: u16, control: bool) -> Router {
    let notion = Router::new()
        .route(
            "/v1/oauth/authorize",
            get(consent::authorize).post(consent::answer),
        )
        .route("/v1/oauth/token", post(oauth::token))
        .route("/v1/oauth/introspect", post(oauth::introspect))
        .route("/v1/oauth/revoke", post(oauth::revoke))
        .route("/v1/users/me", get(api::me))
        .merge(sample::routes())
        .fallback(api::no_such_url)
        .method_not_allowed_fallback(api::no_such_url)
        .layer(DefaultBodyLimit::max(BODY_LIMIT))
        .layer(middleware::from_fn_with_state(
            Arc::clone(&app),
            reply::stamp,
        ))
        .with_state(Arc::clone(&app));
    let routes = if control {
        let control = Arc::new(Control::new(app));
        notion
            .layer(middleware::from_fn_with_state(
                Arc::clone(&control),
                control::watch,
            ))
            .nest("/_sandbox", control::routes(control))
    } else {
        notion
    };
    routes.layer(middleware::from_fn_with_state(port, loopback_only))
}

/// The longest body of a request to `path` that is read whole, in bytes; `None` for a file, which may
/// be longer than memory.
pub(crate) fn body_limit(path: &str) -> Option<usize> {
    if sample::is_upload(path) {
        None
    } else if path.starts_with("/v1/oauth/") {
        Some(BODY_LIMIT)
    } else {
        Some(sample::BODY_LIMIT)
    }
}

/// Serves until `stopped` fires or its sender is gone, then lets open requests finish.
pub(crate) async fn serve(
    listener: TcpListener,
    app: Arc<App>,
    router: Router,
    stopped: oneshot::Receiver<()>,
) {
    let service = router.into_make_service_with_connect_info::<Wire>();
    let served = axum::serve(Cuttable(listener), service).with_graceful_shutdown(async move {
        let _ = stopped.await;
        app.stopping.send_replace(true);
    });
    // The server runs until the signal; a connection's failure concerns only that connection.
    let _ = served.await;
}

/// Middleware that refuses a foreign `Host`: the request of a web page whose name was made to resolve
/// to loopback (DNS rebinding).
async fn loopback_only(State(port): State<u16>, request: Request, next: Next) -> Response {
    let host = request.headers().get(HOST).map(HeaderValue::as_bytes);
    let ours = ["127.0.0.1", "localhost"]
        .iter()
        .any(|name| host == Some(format!("{name}:{port}").as_bytes()));
    if ours {
        next.run(request).await
    } else {
        let reason = "The sandbox answers to its loopback address only.";
        (StatusCode::MISDIRECTED_REQUEST, reason).into_response()
    }
}
