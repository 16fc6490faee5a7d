// The pages run in the browser alone: the server hands out one empty page for every address.
export const ssr = false;
