// Starts the window. In development `?mock=<scene>` puts a stand-in where Rust would be.
import "./app.css";
import { look, snapshot } from "./rust/ipc";

const target = document.getElementById("app");
if (target === null) throw new Error("index.html has no #app");

const scene = import.meta.env.DEV ? new URLSearchParams(location.search).get("mock") : null;
if (scene !== null) (await import("./dev/mock")).install(scene);

// Rust answers while the rest of the script is read. An empty window would be drawn for nothing.
const asked = Promise.all([snapshot(), look()]);
const { open } = await import("./open");
const [first, kept] = await asked;
open(target, first, kept.ok ? kept.value : null);
