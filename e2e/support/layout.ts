import type { Page } from 'playwright-core';

/**
 * What is wrong with how the page is laid out now, in words: wider than the window, texts that are cut off or leave
 * their box, controls and texts that lie on each other, motion that goes on although less was asked for.
 */
export async function layoutProblems(page: Page): Promise<string[]> {
  return await page.evaluate(problemsOf);
}

/* oxlint-disable unicorn/consistent-function-scoping -- a function that runs in the page has to hold all that it calls */

/** Runs in the page. */
function problemsOf(): string[] {
  const problems: string[] = [];
  const slack = 1.5;
  const root = document.documentElement;
  if (root.scrollWidth > root.clientWidth)
    problems.push(`wider than the window by ${root.scrollWidth - root.clientWidth}`);

  const dialog = document.querySelector('dialog:modal');
  const shown = [...(dialog ?? document.body).querySelectorAll<HTMLElement>('*')].filter(isShown);
  const texts = shown.filter(hasOwnText);
  for (const element of shown) leavesWindow(element);
  for (const element of texts) {
    isCutOff(element);
    leavesBox(element);
  }
  const controls = shown.filter((element) => element.matches('button, a, input, select, summary, textarea'));
  overlapping(controls, (element) => [element.getBoundingClientRect()]);
  overlapping(texts, seenRects);
  for (const animation of document.getAnimations()) {
    const { iterations } = animation.effect?.getTiming() ?? {};
    if (animation.playState === 'running' && iterations === Infinity) problems.push('something moves without end');
  }
  return [...new Set(problems)];

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

  function textRects(element: HTMLElement): DOMRect[] {
    return [...element.childNodes].flatMap((node) => {
      if (node.nodeType !== Node.TEXT_NODE || !node.textContent?.trim()) return [];
      const range = document.createRange();
      range.selectNodeContents(node);
      return [...range.getClientRects()];
    });
  }

  /** Of a text, what an ellipsis leaves. */
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

  /** Whether something around it cuts or scrolls what stands out. */
  function isHeld(element: HTMLElement): boolean {
    for (let around = element.parentElement; around && around !== document.body; around = around.parentElement) {
      if (getComputedStyle(around).overflowX !== 'visible') return true;
    }
    return false;
  }

  function leavesWindow(element: HTMLElement): void {
    const { left, right } = element.getBoundingClientRect();
    if ((left < -slack || right > root.clientWidth + slack) && !isHeld(element)) {
      problems.push(`${nameOf(element)} leaves the window`);
    }
  }

  function isCutOff(element: HTMLElement): void {
    const { overflowX, overflowY, textOverflow, webkitLineClamp } = getComputedStyle(element);
    // An ellipsis is meant, as long as it leaves something to read.
    if (textOverflow === 'ellipsis' || webkitLineClamp !== 'none') {
      if (element.clientWidth < 24) problems.push(`${nameOf(element)} has no room for its text`);
      return;
    }
    const wide = overflowX === 'hidden' && element.scrollWidth > element.clientWidth + slack;
    const high = overflowY === 'hidden' && element.scrollHeight > element.clientHeight + slack;
    if (wide || high) problems.push(`${nameOf(element)} is cut off`);
  }

  /** A text that is larger than the control, badge or card that it stands in. */
  function leavesBox(element: HTMLElement): void {
    const box = element.closest<HTMLElement>('button, a, summary, select, li, label, .badge, p, h1, h2, h3, dd, dt');
    if (!box || getComputedStyle(box).display === 'inline' || getComputedStyle(element).textOverflow === 'ellipsis')
      return;
    const around = box.getBoundingClientRect();
    for (const { left, right } of textRects(element)) {
      if (left < around.left - slack || right > around.right + slack) {
        return void problems.push(`${nameOf(element)} leaves its box`);
      }
    }
  }

  function stickingPart(element: HTMLElement): HTMLElement | undefined {
    for (let around: HTMLElement | null = element; around; around = around.parentElement) {
      if (getComputedStyle(around).position === 'sticky') return around;
    }
    return undefined;
  }

  function overlapping(elements: readonly HTMLElement[], rectsOf: (element: HTMLElement) => DOMRect[]): void {
    const boxes = elements.flatMap((element) => rectsOf(element).map((rect) => ({ element, rect })));
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
  }
}
