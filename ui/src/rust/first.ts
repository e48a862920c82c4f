// Asks for what the window begins with before the rest of it is read: Rust works on it meanwhile.
import { look, snapshot } from "./ipc";

export const first = Promise.all([snapshot(), look()]);
