import type { ErrorText, errorsEn } from '../en/errors.ts';

export const errorsDe: Record<keyof typeof errorsEn, ErrorText> = {
  INVALID_REQUEST: {
    title: 'Der Server hat die Anfrage nicht verstanden',
    next: 'Die Seite neu laden und erneut versuchen.',
  },
  INVALID_ID: { title: 'Die Adresse ist unvollständig', next: 'Noch einmal kopieren oder im Verlauf nachsehen.' },
  NO_FILES: { title: 'Es wurde kein Foto gesendet', next: 'Mindestens ein Foto auswählen.' },
  TOO_MANY_FILES: { title: 'Zu viele Fotos auf einmal', next: 'Höchstens 25 auf einmal senden.' },
  INVALID_FACE_LIMIT: {
    title: 'Die Höchstzahl der Dreiecke ist ungültig',
    next: 'Eine ganze Zahl ab 100 eingeben oder das Feld leer lassen.',
  },
  INVALID_OPTIONS: { title: 'Eine Option passt nicht zum Modell', next: 'Die Optionen des Modells prüfen.' },
  UNKNOWN_MODEL: { title: 'Dieses Modell ist nicht mehr verfügbar', next: 'Ein anderes Modell wählen.' },
  MASK_UNMATCHED: {
    title: 'Ein Freisteller lässt sich nicht genau einem Foto zuordnen',
    next: 'Jede Maske wie ihr Foto benennen und pro Foto nur eine senden.',
  },
  MASK_UNSUPPORTED: { title: 'Dieses Modell unterstützt keine Freisteller', next: 'Ein anderes Modell wählen.' },
  UNAUTHENTICATED: { title: 'Sie sind nicht angemeldet', next: 'Anmelden und erneut versuchen.' },
  FORBIDDEN: { title: 'Ihr Schlüssel ist dafür nicht berechtigt', next: 'Mit einem anderen Schlüssel anmelden.' },
  NOT_FOUND: { title: 'Nicht gefunden', next: 'Die Adresse prüfen.' },
  TASK_NOT_FOUND: {
    title: 'Wir können diesen Stapel nicht finden',
    next: 'Vielleicht wurde er gelöscht oder ist abgelaufen. Im Verlauf nachsehen.',
  },
  JOB_NOT_FOUND: {
    title: 'Wir können diesen Stapel nicht finden',
    next: 'Vielleicht wurde er gelöscht oder ist abgelaufen. Im Verlauf nachsehen.',
  },
  FILE_NOT_FOUND: { title: 'Wir können diese Datei nicht finden', next: 'In den Ergebnissen des Stapels nachsehen.' },
  METHOD_NOT_ALLOWED: { title: 'Das ist hier nicht möglich', next: 'Die Seite neu laden und erneut versuchen.' },
  TASK_ENDED: { title: 'Der Stapel ist bereits beendet', next: 'Die Ergebnisse ansehen.' },
  JOB_RUNNING: {
    title: 'Der Stapel ist noch in Arbeit',
    next: 'Warten, bis er fertig ist, oder ihn zuerst abbrechen.',
  },
  SHARE_NOT_FOUND: {
    title: 'Dieser Link ist abgelaufen oder wurde widerrufen',
    next: 'Um einen neuen bitten.',
  },
  TOO_MANY_SHARES: {
    title: 'Dieser Stapel hat zu viele Links',
    next: 'Einen nicht mehr benötigten Link widerrufen.',
  },
  FILE_LOST: {
    title: 'Diese Datei fehlt auf dem Server oder ist dort beschädigt',
    next: 'Den Stapel erneut versuchen, um das Modell neu zu erstellen. Ein verlorenes Foto noch einmal hochladen.',
  },
  NOTHING_TO_RETRY: {
    title: 'Es gibt nichts zu wiederholen',
    next: 'Aus jedem Foto des Stapels wurde ein Modell.',
  },
  FILE_TOO_LARGE: { title: 'Das Foto ist größer als 10 MB', next: 'Das Foto verkleinern und erneut versuchen.' },
  BODY_TOO_LARGE: { title: 'Das ist zu viel auf einmal', next: 'Weniger Fotos auf einmal senden.' },
  UNSUPPORTED_IMAGE_TYPE: { title: 'Dieser Dateityp wird nicht unterstützt', next: 'JPEG, PNG oder WebP verwenden.' },
  UNSUPPORTED_MEDIA_TYPE: {
    title: 'Der Server hat die Anfrage nicht verstanden',
    next: 'Die Seite neu laden und erneut versuchen.',
  },
  RANGE_NOT_SATISFIABLE: { title: 'Die Datei hat sich geändert', next: 'Noch einmal von vorn herunterladen.' },
  IMAGE_UNDECODABLE: { title: 'Das Foto kann nicht gelesen werden', next: 'Das Foto neu als JPEG oder PNG speichern.' },
  IMAGE_TOO_MANY_PIXELS: { title: 'Das Foto hat zu viele Pixel', next: 'Das Foto verkleinern und erneut versuchen.' },
  IMAGE_TOO_SMALL: {
    title: 'Das Foto ist zu klein oder zu schmal',
    next: 'Ein größeres Foto verwenden oder es näher am Objekt zuschneiden.',
  },
  NO_FOREGROUND: {
    title: 'Auf dem Foto wurde kein Objekt gefunden',
    next: 'Ein Foto verwenden, auf dem sich ein Objekt abhebt, am besten vor einfarbigem Hintergrund.',
  },
  MASK_INVALID: {
    title: 'Der Freisteller passt nicht zum Foto',
    next: 'Den Freisteller bearbeiten und mindestens einen Teil des Fotos behalten.',
  },
  FACE_LIMIT_TOO_LOW: {
    title: 'Zu wenige Dreiecke für diese Form',
    next: 'Mit einer höheren Grenze erneut versuchen.',
  },
  IDEMPOTENCY_KEY_REUSED: {
    title: 'Diese Fotos haben sich seit dem ersten Senden geändert',
    next: 'Noch einmal senden.',
  },
  RATE_LIMITED: { title: 'Zu viele Anfragen', next: 'Einen Moment warten, dann erneut versuchen.' },
  INTERNAL_ERROR: { title: 'Auf dem Server ist etwas schiefgegangen', next: 'Erneut versuchen.' },
  TOO_MANY_STREAMS: {
    title: 'Der Fortschritt ist an zu vielen Stellen geöffnet',
    next: 'Nicht mehr benötigte Tabs schließen oder einen Moment warten.',
  },
  QUEUE_FULL: { title: 'Die Warteschlange ist voll', next: 'Einen Moment warten, dann erneut versuchen.' },
  OUT_OF_RESOURCES: { title: 'Der Server ist überlastet', next: 'Einen Moment warten, dann erneut versuchen.' },
  SHUTTING_DOWN: { title: 'Der Server startet neu', next: 'Einen Moment warten, dann erneut versuchen.' },
  STORAGE_FULL: {
    title: 'Der Speicher des Servers ist voll',
    next: 'Nicht mehr benötigte Stapel löschen, dann erneut versuchen.',
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
    title: 'Die Verarbeitung dieses Fotos wurde unterbrochen',
    next: 'Ein anderes Foto oder ein anderes Modell versuchen.',
  },
  CONTENT_REFUSED: {
    title: 'Der Anbieter hat dieses Foto abgelehnt',
    next: 'Ein anderes Foto verwenden oder ein anderes Modell wählen.',
  },
  DAILY_LIMIT_REACHED: {
    title: 'Das Ausgabenlimit für heute ist erreicht',
    next: 'Morgen (UTC) erneut versuchen oder das lokale Modell wählen.',
  },
  PROVIDER_KEY_REFUSED: {
    title: 'Der Anbieter hat den Schlüssel dieses Servers abgelehnt',
    next: 'Den Betreiber bitten, einen gültigen Schlüssel zu hinterlegen oder Guthaben aufzuladen.',
  },
  PROVIDER_REFUSED: {
    title: 'Der Anbieter hat die Anfrage abgelehnt',
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
    next: 'Andere Optionen oder ein anderes Modell versuchen. Dabei können erneut Kosten entstehen.',
  },
  SUBMIT_OUTCOME_UNKNOWN: {
    title: 'Wir wissen nicht, ob der Anbieter die Anfrage erhalten hat',
    next: 'Vor einem neuen Versuch die Anfragen bei fal.ai prüfen: Sie könnten doppelt bezahlen.',
  },
  ALL_FILES_FAILED: { title: 'Aus keinem Foto wurde ein Modell', next: 'Bei jedem Foto steht der Grund.' },
  NETWORK_ERROR: { title: 'Der Server ist nicht erreichbar', next: 'Die Verbindung prüfen, dann erneut versuchen.' },
  ABORTED: { title: 'Angehalten', next: 'Sie können jederzeit neu beginnen.' },
  INVALID_RESPONSE: {
    title: 'Geantwortet hat nicht der Server, sondern etwas anderes',
    next: 'Das Netzwerk prüfen, dann erneut versuchen.',
  },
  INVALID_BASE_URL: {
    title: 'Die Adresse des Servers ist ungültig',
    next: 'Die Seite unter ihrer eigenen Adresse öffnen.',
  },
  INVALID_API_KEY: {
    title: 'Der Schlüssel enthält ein ungültiges Zeichen',
    next: 'Ihn noch einmal kopieren, ohne Leerzeichen und Zeilenumbrüche.',
  },
  INVALID_CURSOR: { title: 'Der Fortschritt lässt sich von hier aus nicht fortsetzen', next: 'Die Seite neu laden.' },
  BUFFERED: {
    title: 'Der Live-Fortschritt wird unterwegs aufgehalten',
    next: 'Wir fragen ihn stattdessen regelmäßig ab; Sie müssen nichts tun.',
  },
  NOT_AN_EVENT_STREAM: { title: 'Etwas blockiert die Verbindung zum Server', next: 'Die Seite neu laden.' },
  STALLED: { title: 'Die Verbindung reagiert nicht mehr', next: 'Die Verbindung prüfen, dann erneut versuchen.' },
  CONNECTION_LOST: { title: 'Die Verbindung ist abgebrochen', next: 'Die Verbindung prüfen, dann erneut versuchen.' },
  CONNECTION_FAILED: {
    title: 'Die Verbindung bricht immer wieder ab',
    next: 'Die Verbindung prüfen, dann erneut versuchen.',
  },
  EVENT_TOO_LARGE: {
    title: 'Der Server hat mehr gesendet, als diese Seite verarbeiten kann',
    next: 'Die Seite neu laden.',
  },
  MALFORMED_EVENT: {
    title: 'Der Server hat etwas gesendet, das diese Seite nicht versteht',
    next: 'Die Seite neu laden.',
  },
  TASK_CANCELLED: { title: 'Der Stapel wurde abgebrochen', next: 'Abgebrochene Fotos können Sie erneut versuchen.' },
};
