// Starts the window. In development `?mock=<scene>` puts a stand-in where Rust would be.
import { first } from "./rust/first";
import { mount } from "svelte";
import App from "./App.svelte";
import "./app.css";

const target = document.getElementById("app");
if (target === null) throw new Error("index.html has no #app");

const scene = import.meta.env.DEV ? new URLSearchParams(location.search).get("mock") : null;
if (scene !== null) {
  (await import("./dev/mock")).install(scene);
  mount(App, { target });
} else {
  // With its first list: an empty window would be drawn for nothing, and the list would wait for that.
  void first.then(([snapshot, look]) =>
    mount(App, { target, props: { first: snapshot, kept: look.ok ? look.value : null } }),
  );
}
