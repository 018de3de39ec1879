/** A button while what it started goes on: it can't be pressed again, and the keyboard's place is not lost. */

/**
 * Do the work with the button disabled, under other words where they are given. Browsers take the focus from a disabled
 * button: it comes back, unless the work has moved it.
 */
export async function whileBusy(button, words, work) {
  const [hadFocus, idle] = [document.activeElement === button, button.textContent];
  button.disabled = true;
  if (words !== null) button.textContent = words;
  try {
    return await work();
  } finally {
    button.disabled = false;
    if (words !== null && button.textContent === words) button.textContent = idle;
    if (hadFocus && document.activeElement === document.body) button.focus();
  }
}
