import type { Attachment } from 'svelte/attachments';

type Point = Pick<PointerEvent, 'clientX' | 'clientY'>;

/** Whether a point lies beside a dialog, on its backdrop. */
export function isOutside({ left, right, top, bottom }: DOMRectReadOnly, { clientX: x, clientY: y }: Point): boolean {
  return x < left || x > right || y < top || y > bottom;
}

/**
 * Calls back when somebody taps beside a modal dialog. The press must begin and end there: who selects text and lets go
 * outside means to keep the dialog. A tap in what opens above it, such as the list of a select, is none.
 */
export function tapOutside(ontap: () => void): Attachment<HTMLElement> {
  return (dialog) => {
    let begun = false;
    const press = (event: PointerEvent) => {
      begun = event.target === dialog && isOutside(dialog.getBoundingClientRect(), event);
    };
    const click = (event: MouseEvent) => {
      const ended = begun && event.target === dialog && isOutside(dialog.getBoundingClientRect(), event);
      begun = false;
      if (ended) ontap();
    };
    dialog.addEventListener('pointerdown', press);
    dialog.addEventListener('click', click);
    return () => {
      dialog.removeEventListener('pointerdown', press);
      dialog.removeEventListener('click', click);
    };
  };
}
