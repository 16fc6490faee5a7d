const key = 'image2model.theme';

/** From light to dark and back, and remembers it: `app.html` takes it up before the first paint of the next visit. */
export function switchTheme(): void {
  const { dataset } = document.documentElement;
  const isDark = dataset.theme ? dataset.theme === 'dark' : matchMedia('(prefers-color-scheme: dark)').matches;
  dataset.theme = isDark ? 'light' : 'dark';
  localStorage.setItem(key, dataset.theme);
}
