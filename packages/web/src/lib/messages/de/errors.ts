import type { ErrorText, errorsEn } from '../en/errors.ts';

export const errorsDe: Record<keyof typeof errorsEn, ErrorText> = {
  INVALID_REQUEST: {
    title: 'Der Server hat die Anfrage nicht verstanden',
    next: 'Die Seite neu laden und erneut versuchen.',
  },
  INVALID_ID: { title: 'Die Adresse ist unvollständig', next: 'Noch einmal kopieren oder im Verlauf nachsehen.' },
  NO_FILES: { title: 'Es wurde kein Foto gesendet', next: 'Mindestens ein Foto auswählen.' },
  TOO_MANY_FILES: { title: 'Zu viele Fotos auf einmal', next: 'Höchstens 25 auf einmal senden, den Rest danach.' },
  INVALID_FACE_LIMIT: {
    title: 'Die Höchstzahl der Flächen ist ungültig',
    next: 'Eine ganze Zahl ab 100 angeben oder leer lassen.',
  },
  INVALID_OPTIONS: { title: 'Eine Option passt nicht zum Modell', next: 'Die Optionen des Modells prüfen.' },
  UNKNOWN_MODEL: { title: 'Dieser Server bietet das Modell nicht mehr an', next: 'Ein anderes Modell wählen.' },
  MASK_UNMATCHED: {
    title: 'Ein Freisteller gehört zu keinem Foto oder zu mehreren',
    next: 'Jede Maske wie ihr Foto nennen, und zu jedem höchstens eine senden.',
  },
  MASK_UNSUPPORTED: { title: 'Das Modell kann mit Freistellern nichts anfangen', next: 'Ein anderes Modell wählen.' },
  UNAUTHENTICATED: { title: 'Sie sind nicht angemeldet', next: 'Anmelden und erneut versuchen.' },
  FORBIDDEN: { title: 'Ihr Schlüssel ist dazu nicht berechtigt', next: 'Mit einem anderen Schlüssel anmelden.' },
  NOT_FOUND: { title: 'Nicht gefunden', next: 'Die Adresse prüfen.' },
  TASK_NOT_FOUND: {
    title: 'Diesen Stapel gibt es nicht',
    next: 'Er wurde vielleicht gelöscht. Im Verlauf nachsehen.',
  },
  JOB_NOT_FOUND: { title: 'Diesen Stapel gibt es nicht', next: 'Er wurde vielleicht gelöscht. Im Verlauf nachsehen.' },
  FILE_NOT_FOUND: { title: 'Diese Datei gibt es nicht', next: 'Bei den Ergebnissen des Stapels nachsehen.' },
  METHOD_NOT_ALLOWED: { title: 'Das ist hier nicht möglich', next: 'Die Seite neu laden und erneut versuchen.' },
  TASK_ENDED: { title: 'Der Stapel ist schon fertig', next: 'Seine Ergebnisse ansehen.' },
  JOB_RUNNING: {
    title: 'Am Stapel wird noch gearbeitet',
    next: 'Warten, bis er fertig ist, oder ihn zuerst abbrechen.',
  },
  FILE_LOST: {
    title: 'Diese Datei fehlt auf dem Server oder ist dort beschädigt',
    next: 'Den Stapel noch einmal versuchen; ein verlorenes Foto noch einmal hochladen.',
  },
  NOTHING_TO_RETRY: {
    title: 'Es gibt nichts zu wiederholen',
    next: 'Aus jedem Foto des Stapels wurde ein Modell.',
  },
  FILE_TOO_LARGE: { title: 'Das Foto ist größer als 10 MiB', next: 'Das Foto verkleinern.' },
  BODY_TOO_LARGE: { title: 'Das ist zu viel auf einmal', next: 'Weniger Fotos auf einmal senden.' },
  UNSUPPORTED_IMAGE_TYPE: {
    title: 'Dieser Dateityp wird nicht unterstützt',
    next: 'Das Foto als JPEG, PNG oder WebP speichern.',
  },
  UNSUPPORTED_MEDIA_TYPE: {
    title: 'Der Server hat die Anfrage nicht verstanden',
    next: 'Die Seite neu laden und erneut versuchen.',
  },
  RANGE_NOT_SATISFIABLE: { title: 'Die Datei hat sich geändert', next: 'Noch einmal von vorn herunterladen.' },
  IMAGE_UNDECODABLE: { title: 'Das Foto ist nicht lesbar', next: 'Das Foto neu als JPEG oder PNG speichern.' },
  IMAGE_TOO_MANY_PIXELS: { title: 'Das Foto hat zu viele Pixel', next: 'Das Foto verkleinern.' },
  IMAGE_TOO_SMALL: {
    title: 'Das Foto ist zu klein oder zu schmal',
    next: 'Ein größeres Foto senden oder es näher am Objekt zuschneiden.',
  },
  NO_FOREGROUND: {
    title: 'Auf dem Foto wurde kein Objekt gefunden',
    next: 'Ein Foto senden, auf dem sich ein Objekt abhebt, am besten vor ruhigem Hintergrund.',
  },
  MASK_INVALID: {
    title: 'Der Freisteller passt nicht zum Foto',
    next: 'Ihn neu zeichnen: Was bleiben soll, muss weiß sein.',
  },
  FACE_LIMIT_TOO_LOW: { title: 'Zu wenige Flächen für diese Form', next: 'Mit mehr Flächen erneut versuchen.' },
  IDEMPOTENCY_KEY_REUSED: {
    title: 'Diese Fotos sind nicht mehr dieselben wie beim ersten Senden',
    next: 'Noch einmal senden.',
  },
  RATE_LIMITED: { title: 'Zu viele Anfragen', next: 'Einen Moment warten, dann erneut versuchen.' },
  INTERNAL_ERROR: { title: 'Auf dem Server ist etwas schiefgegangen', next: 'Erneut versuchen.' },
  TOO_MANY_STREAMS: {
    title: 'Der Fortschritt ist gerade an zu vielen Stellen offen',
    next: 'Nicht mehr benötigte Tabs schließen oder einen Moment warten.',
  },
  QUEUE_FULL: { title: 'Die Warteschlange ist voll', next: 'Einen Moment warten, dann erneut versuchen.' },
  OUT_OF_RESOURCES: { title: 'Der Server ist überlastet', next: 'Einen Moment warten, dann erneut versuchen.' },
  SHUTTING_DOWN: { title: 'Der Server startet neu', next: 'Einen Moment warten, dann erneut versuchen.' },
  STORAGE_FULL: {
    title: 'Der Speicher des Servers ist voll',
    next: 'Stapel löschen, die Sie nicht mehr brauchen, dann erneut versuchen.',
  },
  STORAGE_GONE: {
    title: 'Der Server hat seinen Speicher verloren',
    next: 'Den Betreiber bitten, den Server neu zu starten, dann erneut versuchen.',
  },
  GENERATION_FAILED: {
    title: 'Das Modell konnte nicht erstellt werden',
    next: 'Erneut versuchen oder ein anderes Modell wählen.',
  },
  OUT_OF_MEMORY: {
    title: 'Dem Server ging bei diesem Foto der Arbeitsspeicher aus',
    next: 'Später erneut versuchen oder ein anderes Modell wählen.',
  },
  WORKER_CRASHED: {
    title: 'Die Verarbeitung dieses Fotos ist abgebrochen',
    next: 'Ein anderes Foto oder ein anderes Modell versuchen.',
  },
  CONTENT_REFUSED: {
    title: 'Der Anbieter lehnt dieses Foto ab',
    next: 'Ein anderes Foto senden oder ein anderes Modell wählen.',
  },
  DAILY_LIMIT_REACHED: {
    title: 'Das Ausgabenlimit für heute ist erreicht',
    next: 'Morgen (UTC) weitermachen oder das Modell dieses Servers wählen.',
  },
  PROVIDER_KEY_REFUSED: {
    title: 'Der Anbieter lehnt den Schlüssel dieses Servers ab',
    next: 'Der Betreiber muss einen gültigen Schlüssel hinterlegen oder Guthaben aufladen.',
  },
  PROVIDER_REFUSED: {
    title: 'Der Anbieter lehnt die Anfrage ab',
    next: 'Die Optionen ändern oder ein anderes Modell wählen.',
  },
  PROVIDER_BUSY: {
    title: 'Der Anbieter ist ausgelastet',
    next: 'Später erneut versuchen oder ein anderes Modell wählen.',
  },
  PROVIDER_UNAVAILABLE: {
    title: 'Der Anbieter antwortet nicht',
    next: 'Später erneut versuchen oder ein anderes Modell wählen.',
  },
  PROVIDER_TIMEOUT: {
    title: 'Der Anbieter hat zu lange gebraucht',
    next: 'Erneut versuchen oder ein anderes Modell wählen.',
  },
  RESULT_INVALID: {
    title: 'Der Anbieter hat kein brauchbares Modell geliefert',
    next: 'Andere Optionen oder ein anderes Modell versuchen; ein neuer Versuch kann erneut kosten.',
  },
  SUBMIT_OUTCOME_UNKNOWN: {
    title: 'Es ist nicht bekannt, ob der Anbieter den Auftrag angenommen hat',
    next: 'Zuerst in der Liste der Anfragen bei fal.ai nachsehen: Ein neuer Versuch kann noch einmal kosten.',
  },
  ALL_FILES_FAILED: { title: 'Aus keinem Foto wurde ein Modell', next: 'Bei jedem Foto steht, warum.' },
  NETWORK_ERROR: { title: 'Der Server ist nicht erreichbar', next: 'Die Verbindung prüfen, dann erneut versuchen.' },
  ABORTED: { title: 'Angehalten', next: 'Sie können jederzeit neu beginnen.' },
  INVALID_RESPONSE: {
    title: 'Nicht der Server hat geantwortet, sondern etwas anderes',
    next: 'Das Netzwerk prüfen, dann erneut versuchen.',
  },
  INVALID_BASE_URL: {
    title: 'Die Adresse des Servers ist ungültig',
    next: 'Die Seite unter ihrer eigenen Adresse öffnen.',
  },
  INVALID_API_KEY: {
    title: 'Der Schlüssel enthält ein Zeichen, das nicht dazugehört',
    next: 'Ihn noch einmal kopieren, ohne Leerzeichen und Zeilenumbrüche.',
  },
  INVALID_CURSOR: { title: 'Die Stelle zum Weitermachen ist ungültig', next: 'Die Seite neu laden.' },
  BUFFERED: {
    title: 'Etwas hält den Fortschritt unterwegs zurück',
    next: 'Er wird stattdessen abgefragt; zu tun ist nichts.',
  },
  NOT_AN_EVENT_STREAM: { title: 'Etwas zwischen dieser Seite und dem Server stört', next: 'Die Seite neu laden.' },
  STALLED: { title: 'Die Verbindung ist verstummt', next: 'Die Verbindung prüfen, dann erneut versuchen.' },
  CONNECTION_LOST: { title: 'Die Verbindung ist abgebrochen', next: 'Die Verbindung prüfen, dann erneut versuchen.' },
  CONNECTION_FAILED: {
    title: 'Die Verbindung bricht immer wieder ab',
    next: 'Die Verbindung prüfen, dann erneut versuchen.',
  },
  EVENT_TOO_LARGE: { title: 'Der Server hat mehr gesendet, als diese Seite lesen kann', next: 'Die Seite neu laden.' },
  MALFORMED_EVENT: {
    title: 'Der Server hat etwas gesendet, das diese Seite nicht versteht',
    next: 'Die Seite neu laden.',
  },
  TASK_CANCELLED: { title: 'Der Stapel wurde abgebrochen', next: 'Abgebrochenes noch einmal versuchen.' },
};
