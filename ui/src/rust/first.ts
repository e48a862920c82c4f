// Asks for the first snapshot before the rest of the window is read: meanwhile Rust answers.
import { snapshot } from "./ipc";

export const first = snapshot();
