// Progress shows only for what takes long enough to be noticed.

/** How long something is active before its progress is shown; in milliseconds. */
const PATIENCE = 300;

/** Whether something has been active for a while. To be called while a component is set up. */
export function slow(active: () => boolean): { readonly shown: boolean } {
  let shown = $state(false);
  $effect(() => {
    if (!active()) return;
    const timer = setTimeout(() => (shown = true), PATIENCE);
    return () => {
      clearTimeout(timer);
      shown = false;
    };
  });
  return {
    get shown() {
      return shown;
    },
  };
}
