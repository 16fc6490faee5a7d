const key = 'image2model.theme';

/** Takes up the theme that somebody chose on an earlier visit; without one the system's holds. */
export function useStoredTheme(): void {
  const stored = localStorage.getItem(key);
  if (stored === 'light' || stored === 'dark') document.documentElement.dataset.theme = stored;
}

/** From light to dark and back, and remembers it. */
export function switchTheme(): void {
  const { dataset } = document.documentElement;
  const isDark = dataset.theme ? dataset.theme === 'dark' : matchMedia('(prefers-color-scheme: dark)').matches;
  dataset.theme = isDark ? 'light' : 'dark';
  localStorage.setItem(key, dataset.theme);
}
