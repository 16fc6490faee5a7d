/** Cut-outs of known bodies, drawn in code, for tests of what an outline becomes. */
import { draw } from './pictures.ts';

const shades = `<defs>
  <linearGradient id="turned"><stop offset="0" stop-color="#143"/><stop offset="0.3" stop-color="#7d9"/><stop offset="0.55" stop-color="#3a6"/><stop offset="1" stop-color="#021"/></linearGradient>
  <radialGradient id="orb" cx="0.4" cy="0.35" r="0.7"><stop offset="0" stop-color="#fdb"/><stop offset="0.5" stop-color="#e72"/><stop offset="1" stop-color="#520"/></radialGradient>
</defs>`;

/** A bottle with a label, on an axis leaning by `tilt` degrees. */
export function bottle(side: number, tilt = 0): Promise<Uint8Array> {
  return draw(
    side,
    side,
    `${shades}<g transform="scale(${side / 100}) rotate(${tilt} 50 50)">
      <path d="M45 6 h10 v16 c0 8 11 10 11 20 v46 q0 4 -4 4 h-24 q-4 0 -4 -4 v-46 c0 -10 11 -12 11 -20 z" fill="url(#turned)"/></g>`,
  );
}

export function ball(side: number): Promise<Uint8Array> {
  return draw(side, side, `${shades}<circle cx="${side / 2}" cy="${side / 2}" r="${side * 0.42}" fill="url(#orb)"/>`);
}

/** A coin: even light, a raised rim and letters. */
export function coin(side: number): Promise<Uint8Array> {
  const letters = Array.from(
    { length: 16 },
    (_, k) =>
      `<g transform="rotate(${22.5 * k} 50 50)"><path d="M47 16 h6 v2 h-4 v3 h4 v6 h-6 v-2 h4 v-3 h-4 z" fill="#543"/></g>`,
  ).join('');
  return draw(
    side,
    side,
    `<g transform="scale(${side / 100})"><circle cx="50" cy="50" r="43" fill="#b98"/><circle cx="50" cy="50" r="39" fill="none" stroke="#654" stroke-width="1.5"/>${letters}
      <path d="M38 36 h24 v6 h-9 v24 h-6 v-24 h-9 z M36 70 h28 v3 h-28z M44 44 h3 v20 h-3z" fill="#432"/></g>`,
  );
}

/** A sign with a word on it. */
export function sign(side: number): Promise<Uint8Array> {
  return draw(
    side,
    side,
    `<g transform="scale(${side / 100})"><path d="M32 6 h36 l26 26 v36 l-26 26 h-36 l-26 -26 v-36 z" fill="#c22"/>
      <path d="M18 40 h12 v4 h-8 v4 h8 v12 h-12 v-4 h8 v-4 h-8z M34 40 h14 v4 h-5 v16 h-4 v-16 h-5z M52 40 h12 v20 h-12z M68 40 h12 v12 h-8 v8 h-4z" fill="#fff"/></g>`,
  );
}

/** A spanner: long, with straight sides and a hole. */
export function spanner(side: number): Promise<Uint8Array> {
  return draw(
    side,
    side,
    `<g transform="scale(${side / 100}) rotate(30 50 50)"><path fill-rule="evenodd" d="M8 38 h16 v7 h50 v-8 h18 v9 h-9 v8 h9 v9 h-18 v-8 h-50 v7 h-16 z M13 46 h6 v8 h-6z" fill="#889"/></g>`,
  );
}

/** A head with eyes and a mouth in the middle, and hair around it. */
export function head(side: number): Promise<Uint8Array> {
  return draw(
    side,
    side,
    `<g transform="scale(${side / 100})"><ellipse cx="50" cy="50" rx="36" ry="43" fill="#742"/><ellipse cx="50" cy="52" rx="25" ry="32" fill="#ebc"/>
      <circle cx="40" cy="44" r="4.5" fill="#111"/><circle cx="60" cy="44" r="4.5" fill="#111"/><path d="M47 50 h6 v9 h-6z" fill="#b76"/><path d="M38 68 h24 v5 h-24z" fill="#a11"/>
      <path d="M34 36 h12 v3 h-12z M54 36 h12 v3 h-12z" fill="#311"/></g>`,
  );
}
