// How callbacks arrive: as a form holds it, as Rust takes it, and as a client's redirect URI has it. Pure.
import type { Client, ClientChange, RedirectMethod } from "../rust/types";

/** The values of a form's fields; port and page stay while another method is chosen. */
export type Redirect = { method: RedirectMethod; port: number | null; bridge: string };

/** The parts of a form that Rust takes: only those of the chosen method. */
export function chosen({
  method,
  port,
  bridge,
}: Redirect): Pick<ClientChange, "redirect_method" | "localhost_port" | "bridge_url"> {
  return {
    redirect_method: method,
    localhost_port: method === "localhost" ? port : null,
    bridge_url: method === "bridge" ? bridge.trim() : null,
  };
}

/** A client's redirect as the form holds it; `port` is offered in case it changes to localhost. */
export function redirectOf({ redirect_method: method, redirect_uri: uri }: Client, port: number): Redirect {
  return {
    method,
    port: method === "localhost" ? Number(new URL(uri).port) : port,
    bridge: method === "bridge" ? uri : "",
  };
}
