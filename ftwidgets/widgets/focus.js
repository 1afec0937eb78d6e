// The keyboard's place on a page whose parts are made anew: it stays on the same control, or goes to what follows it.

/** Fill a box anew. A button that had the focus has it again; where it is gone, the one in its place has, else `rest`. */
export function refill(box, children, rest) {
  const focus = document.activeElement;
  const had = focus !== box && box.contains(focus);
  const place = had ? buttonsOf(box).indexOf(focus) : -1;
  box.replaceChildren(...children);
  if (!had) return;
  const buttons = rest ? [] : buttonsOf(box);
  (buttons.find(({ dataset }) => dataset.key && dataset.key === focus.dataset.key) ?? buttons[Math.min(place, buttons.length - 1)] ?? rest ?? box).focus();
}

/** Call `draw`; where what had the focus within `root` is hidden or gone then, `next` of it is given the focus. */
export function keepFocus(root, draw, next) {
  const focus = document.activeElement;
  const had = root.contains(focus);
  draw();
  if (had && (focus === document.activeElement ? focus.closest("[hidden]") : document.activeElement === document.body)) next(focus).focus();
}

function buttonsOf(box) {
  return [...box.querySelectorAll("button")];
}
