// Everything the pages show comes from the API, so there is nothing to render ahead of the browser.
export const ssr = false;
