/** A page of any driver. */
export interface Evaluates {
  evaluate(script: string): Promise<unknown>;
}

/**
 * What is wrong with how the page is laid out now, in words: wider than the window, texts that are cut off or leave
 * their box, controls and texts that overlap, motion that goes on although less was asked for.
 */
export async function layoutProblems(page: Evaluates): Promise<string[]> {
  const script = `(() => {\n${inPage.map(String).join('\n')}\nreturn problemsOf();\n})()`;
  return (await page.evaluate(script)) as string[];
}

/**
 * All functions below. They run in the page, which gets their source: there they can call each other, but know nothing
 * else of this file.
 */
const inPage = [
  problemsOf,
  slack,
  elementsInSight,
  isShown,
  hasOwnText,
  widerThanWindow,
  leavingWindow,
  isHeld,
  cutOff,
  leavingBox,
  overlapping,
  partInSight,
  stickingPart,
  endlessMotion,
  textRects,
  seenRects,
  nameOf,
];

function problemsOf(): string[] {
  const shown = elementsInSight();
  const texts = shown.filter(hasOwnText);
  const controls = shown.filter((element) => element.matches('button, a, input, select, summary, textarea'));
  const problems = [
    ...widerThanWindow(),
    ...leavingWindow(shown),
    ...cutOff(texts),
    ...leavingBox(texts),
    ...overlapping(controls, (element) => [element.getBoundingClientRect()]),
    ...overlapping(texts, seenRects),
    ...endlessMotion(),
  ];
  return [...new Set(problems)];
}

/** Pixels by which a browser may round. */
function slack(): number {
  return 1.5;
}

/** A dialog hides what is behind it. */
function elementsInSight(): HTMLElement[] {
  const dialog = document.querySelector('dialog:modal');
  return [...(dialog ?? document.body).querySelectorAll<HTMLElement>('*')].filter(isShown);
}

function isShown(element: HTMLElement): boolean {
  // Inputs that a label draws, and texts for screen readers alone.
  if (element.closest('.visually-hidden, svg, [data-sonner-toaster], [hidden], .keys')) return false;
  const { width, height } = element.getBoundingClientRect();
  // What is skipped for being out of sight has a guessed size until it comes into it.
  const seen = { opacityProperty: true, visibilityProperty: true, contentVisibilityAuto: true };
  return width > 1 && height > 1 && element.checkVisibility(seen);
}

function hasOwnText(element: HTMLElement): boolean {
  return [...element.childNodes].some((node) => node.nodeType === Node.TEXT_NODE && node.textContent?.trim());
}

function widerThanWindow(): string[] {
  const { scrollWidth, clientWidth } = document.documentElement;
  return scrollWidth > clientWidth ? [`wider than the window by ${scrollWidth - clientWidth}`] : [];
}

function leavingWindow(elements: readonly HTMLElement[]): string[] {
  const { clientWidth } = document.documentElement;
  const leaving = elements.filter((element) => {
    const { left, right } = element.getBoundingClientRect();
    return (left < -slack() || right > clientWidth + slack()) && !isHeld(element);
  });
  return leaving.map((element) => `${nameOf(element)} leaves the window`);
}

/** Whether something around it cuts or scrolls what stands out. */
function isHeld(element: HTMLElement): boolean {
  for (let around = element.parentElement; around && around !== document.body; around = around.parentElement) {
    if (getComputedStyle(around).overflowX !== 'visible') return true;
  }
  return false;
}

function cutOff(texts: readonly HTMLElement[]): string[] {
  return texts.flatMap((element) => {
    const { overflowX, overflowY, textOverflow, webkitLineClamp } = getComputedStyle(element);
    // An ellipsis is fine as long as it leaves something to read.
    if (textOverflow === 'ellipsis' || webkitLineClamp !== 'none') {
      return element.clientWidth < 24 ? [`${nameOf(element)} has no room for its text`] : [];
    }
    const wide = overflowX === 'hidden' && element.scrollWidth > element.clientWidth + slack();
    const high = overflowY === 'hidden' && element.scrollHeight > element.clientHeight + slack();
    return wide || high ? [`${nameOf(element)} is cut off`] : [];
  });
}

/** Texts that are larger than the control, badge or card they are in. */
function leavingBox(texts: readonly HTMLElement[]): string[] {
  const leaving = texts.filter((element) => {
    const box = element.closest<HTMLElement>('button, a, summary, select, li, label, .badge, p, h1, h2, h3, dd, dt');
    if (!box || getComputedStyle(box).display === 'inline') return false;
    if (getComputedStyle(element).textOverflow === 'ellipsis') return false;
    const around = box.getBoundingClientRect();
    return textRects(element).some(({ left, right }) => left < around.left - slack() || right > around.right + slack());
  });
  return leaving.map((element) => `${nameOf(element)} leaves its box`);
}

function overlapping(
  elements: readonly HTMLElement[],
  rectsOf: (element: HTMLElement) => readonly DOMRect[],
): string[] {
  const problems: string[] = [];
  const boxes = elements.flatMap((element) => rectsOf(element).flatMap((rect) => partInSight(element, rect)));
  boxes.sort((a, b) => a.rect.top - b.rect.top);
  for (const [index, { element, rect }] of boxes.entries()) {
    for (const other of boxes.slice(index + 1)) {
      if (other.rect.top > rect.bottom) break;
      if (element.contains(other.element) || other.element.contains(element)) continue;
      // What scrolls goes under what sticks to the edge of the window, and comes out again.
      if (stickingPart(element) !== stickingPart(other.element)) continue;
      const width = Math.min(rect.right, other.rect.right) - Math.max(rect.left, other.rect.left);
      const height = Math.min(rect.bottom, other.rect.bottom) - Math.max(rect.top, other.rect.top);
      if (width > 3 && height > 3) problems.push(`${nameOf(element)} and ${nameOf(other.element)} overlap`);
    }
  }
  return problems;
}

/** What is left of a box of an element where something around it scrolls. */
function partInSight(element: HTMLElement, rect: DOMRect): { element: HTMLElement; rect: DOMRect }[] {
  let { left, right, top, bottom } = rect;
  for (let around = element.parentElement; around && around !== document.body; around = around.parentElement) {
    const { overflowX, overflowY } = getComputedStyle(around);
    if (overflowX === 'visible' && overflowY === 'visible') continue;
    const box = around.getBoundingClientRect();
    [left, right] = [Math.max(left, box.left), Math.min(right, box.right)];
    [top, bottom] = [Math.max(top, box.top), Math.min(bottom, box.bottom)];
  }
  return right > left && bottom > top ? [{ element, rect: new DOMRect(left, top, right - left, bottom - top) }] : [];
}

function stickingPart(element: HTMLElement): HTMLElement | undefined {
  for (let around: HTMLElement | null = element; around; around = around.parentElement) {
    if (getComputedStyle(around).position === 'sticky') return around;
  }
  return undefined;
}

function endlessMotion(): string[] {
  const endless = document.getAnimations().filter(({ playState, effect }) => {
    return playState === 'running' && effect?.getTiming().iterations === Infinity;
  });
  return endless.map(() => 'something moves without end');
}

function textRects(element: HTMLElement): DOMRect[] {
  return [...element.childNodes].flatMap((node) => {
    if (node.nodeType !== Node.TEXT_NODE || !node.textContent?.trim()) return [];
    const range = document.createRange();
    range.selectNodeContents(node);
    return [...range.getClientRects()];
  });
}

/** The boxes of a text, without what an ellipsis hides. */
function seenRects(element: HTMLElement): DOMRect[] {
  const rects = textRects(element);
  if (getComputedStyle(element).overflowX === 'visible') return rects;
  const box = element.getBoundingClientRect();
  return rects.flatMap(({ left, right, top, height }) => {
    const [from, to] = [Math.max(left, box.left), Math.min(right, box.right)];
    return to > from ? [new DOMRect(from, top, to - from, height)] : [];
  });
}

function nameOf(element: Element): string {
  const text = (element.getAttribute('aria-label') ?? element.textContent ?? '').trim().replaceAll(/\s+/g, ' ');
  return `<${element.tagName.toLowerCase()}> “${text.slice(0, 40)}”`;
}
