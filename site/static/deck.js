// All letters are loaded at the start, so that no slide waits for the ones it is the first to use.
document.fonts.forEach((font) => font.load());
