// Asks for the first snapshot before the rest of the window is read: Rust works on it meanwhile.
import { snapshot } from "./ipc";

export const first = snapshot();
