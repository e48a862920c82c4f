// Starts the window. In development `?mock=<scene>` puts a stand-in where Rust would be.
import { first } from "./first";
import { flushSync, mount } from "svelte";
import App from "./App.svelte";
import "./app.css";

let props: { first?: typeof first } = { first };

if (import.meta.env.DEV) {
  const scene = new URLSearchParams(location.search).get("mock");
  if (scene !== null) {
    (await import("./mocks")).install(scene);
    props = {};
  }
}

const target = document.getElementById("app");
if (target === null) throw new Error("index.html has no #app");
mount(App, { target, props });
// Else the browser would draw the empty page before the window begins.
flushSync();
