import type { Session } from './session.svelte.ts';

/**
 * Links and pictures are fetched by the browser and cannot wait for a session as API calls do. On a server with keys, a
 * download therefore checks the session first, and a picture that was rejected is fetched again after signing in.
 * Returns a function that stops it.
 */
export function guardLinks(session: Session): () => void {
  const passed = new WeakSet<Element>();

  const fetchLater = async (link: HTMLAnchorElement) => {
    if (!(await session.ensure())) return;
    passed.add(link);
    link.click();
  };
  const click = (event: MouseEvent) => {
    if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
    const link = event.target instanceof Element ? event.target.closest('a[download]') : null;
    if (!(link instanceof HTMLAnchorElement) || !isOurs(link.href) || session.state === 'open') return;
    if (passed.delete(link)) return;
    event.preventDefault();
    void fetchLater(link);
  };

  const fetchAgain = async (picture: HTMLImageElement) => {
    const { src } = picture;
    if ((await session.check()) || !(await session.ask())) return;
    passed.delete(picture);
    picture.src = '';
    picture.src = src;
  };
  const failed = ({ target: picture }: Event) => {
    if (!(picture instanceof HTMLImageElement) || session.state === 'open' || passed.has(picture)) return;
    if (!isOurs(picture.src)) return;
    passed.add(picture);
    void fetchAgain(picture);
  };

  addEventListener('click', click);
  addEventListener('error', failed, true);
  return () => {
    removeEventListener('click', click);
    removeEventListener('error', failed, true);
  };
}

/** What a shared link opens needs no session. */
const isOurs = (url: string) =>
  url.startsWith(`${location.origin}/api/`) && !url.startsWith(`${location.origin}/api/v1/shared/`);
