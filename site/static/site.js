// An explorer's frame is as high as what it shows; the explorer's page tells how high that is.
addEventListener("message", (event) => {
  for (const frame of document.querySelectorAll("iframe.explorer"))
    if (frame.contentWindow === event.source && event.data > 0) frame.style.height = `${event.data}px`;
});
