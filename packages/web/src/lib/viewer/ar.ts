/** How this device shows a model in augmented reality: iOS's Quick Look, Android's Scene Viewer, or not at all. */
export type ArKind = 'quick-look' | 'scene-viewer' | undefined;

/** What the device has. Scene Viewer fetches the model by itself and accepts HTTPS alone. */
export function arKind(): ArKind {
  const { relList } = document.createElement('a');
  if (relList.supports('ar')) return 'quick-look';
  return /Android/.test(navigator.userAgent) && location.protocol === 'https:' ? 'scene-viewer' : undefined;
}

/**
 * The address that opens Scene Viewer, or `fallback` if it is not installed.
 * @see https://developers.google.com/ar/develop/scene-viewer
 */
export function sceneViewerIntent(model: { url: string; title: string; fallback: string }): string {
  const query = new URLSearchParams({ file: model.url, mode: 'ar_preferred', title: model.title });
  const extras = [
    'scheme=https',
    'package=com.google.android.googlequicksearchbox',
    'action=android.intent.action.VIEW',
    `S.browser_fallback_url=${encodeURIComponent(model.fallback)}`,
  ];
  return `intent://arvr.google.com/scene-viewer/1.2?${query}#Intent;${extras.join(';')};end;`;
}
