// The same mark as the app's: the second animation frame after the content.
requestAnimationFrame(() => requestAnimationFrame(() => performance.mark("painted")));
