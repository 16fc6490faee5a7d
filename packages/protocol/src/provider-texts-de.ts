import type { providerTexts } from './provider-texts.ts';

/** What every provider's models say, in German, by the ids of `provider-texts.ts`. */
export const providerTextsDe: Readonly<Record<keyof typeof providerTexts, string>> = {
  'provider.uploading': 'Foto wird an {provider} gesendet',
  'provider.resubmitting': '{provider} hat das Foto noch nicht angenommen; der nächste Versuch folgt gleich',
  'provider.queued': 'In der Warteschlange von {provider}',
  'provider.queued_at': 'In der Warteschlange von {provider}, Platz {position}',
  'provider.generating': '{provider} erstellt das Modell',
  'provider.generating_percent': '{provider} erstellt das Modell: {percent}\u00a0%',
  'provider.fetching': 'Modell wird von {provider} geholt',

  'provider.key_refused':
    '{provider} hat den Schlüssel dieses Servers abgelehnt, oder das Konto hat kein Guthaben mehr',
  'provider.unreachable': '{provider} ist nicht erreichbar',
  'provider.moved': '{provider} leitet Anfragen um; vielleicht stimmt die Adresse in den Einstellungen nicht',
  'provider.photo_not_sent': 'Das Foto ließ sich nicht an {provider} senden',
  'provider.upload_address': '{provider} nennt für das Foto eine Adresse, die nicht erlaubt ist',
  'provider.outcome_unknown':
    'Die Verbindung zu {provider} brach beim Senden ab; vielleicht wurde der Auftrag angenommen und wird berechnet',
  'provider.price_unknown': 'Ein Ausgabenlimit ist gesetzt, aber {provider} nennt für dieses Modell keinen Preis',
  'provider.daily_limit': 'Das Ausgabenlimit für {provider} ist heute erreicht; um Mitternacht UTC beginnt es neu',

  'provider.rate_limited': '{provider} nimmt gerade keine Anfragen mehr an',
  'provider.busy': '{provider} ist gerade ausgelastet',
  'provider.no_machine': 'Bei {provider} ist gerade keine Maschine frei',
  'provider.down': '{provider} ist gerade gestört',
  'provider.timeout': '{provider} hat nicht rechtzeitig geantwortet',
  'provider.not_finished': '{provider} ist nicht rechtzeitig fertig geworden',
  'provider.start_timeout': '{provider} konnte das Modell nicht rechtzeitig starten',
  'provider.run_timeout': 'Das Modell hat länger gebraucht, als {provider} erlaubt',
  'provider.lost_machine': '{provider} hat die Maschine verloren, die daran arbeitete',
  'provider.lost_connection': '{provider} hat die Verbindung zu diesem Server verloren',
  'provider.internal_error': 'Bei {provider} ist etwas schiefgegangen',
  'provider.job_cancelled': 'Der Auftrag wurde bei {provider} abgebrochen',
  'provider.unknown_job': '{provider} hat diesen Auftrag nicht mehr',
  'provider.refused': '{provider} hat die Anfrage abgelehnt',
  'provider.model_withdrawn': '{provider} bietet dieses Modell nicht mehr an',

  'provider.model_failed': 'Das Modell ist bei {provider} nicht gelungen',
  'provider.model_timeout': 'Das Modell hat zu lange gebraucht',
  'provider.nothing_made': 'Das Modell konnte aus diesem Foto nichts machen',
  'provider.service_failed': 'Ein Dienst hinter dem Modell ist ausgefallen',
  'provider.service_silent': 'Ein Dienst hinter dem Modell antwortet nicht',
  'provider.photo_not_fetched': 'Das Modell konnte das Foto nicht abrufen',
  'provider.content_refused': '{provider} hat dieses Foto wegen seines Inhalts abgelehnt',
  'provider.image_too_small': 'Das Foto ist für dieses Modell zu klein',
  'provider.image_too_large': 'Das Foto hat für dieses Modell zu viele Pixel',
  'provider.file_too_large': 'Die Datei des Fotos ist für dieses Modell zu groß',
  'provider.image_unreadable': 'Das Modell kann dieses Foto nicht lesen',
  'provider.image_type': 'Das Modell unterstützt diese Art von Foto nicht',
  'provider.input_refused': 'Das Modell hat die Anfrage abgelehnt',
  'provider.fields_refused': 'Das Modell hat diese Werte abgelehnt: {fields}',

  'provider.result_gone': '{provider} hat das Ergebnis nicht mehr',
  'provider.result_withheld': '{provider} gibt das Ergebnis nicht heraus',
  'provider.model_gone': '{provider} hat das Modell nicht mehr',
  'provider.model_unreachable': 'Das Modell lässt sich bei {provider} nicht abholen',
  'provider.model_address': 'Das Modell liegt unter einer Adresse, die nicht erlaubt ist',
  'provider.model_too_large': 'Das Modell ist größer als {megabytes} MiB',
  'provider.no_model': 'Das Ergebnis enthält kein Modell',
  'provider.glb_cut': 'Das Modell kam als unvollständige GLB-Datei an',
  'provider.glb_broken': 'Das Modell kam als beschädigte GLB-Datei an',
  'provider.other_file': 'Statt einer GLB-Datei kam eine andere ({kind})',
  'provider.unknown_file': 'Statt einer GLB-Datei kam eine unbekannte Datei',

  'provider.over_face_limit': 'Das Modell hat {faces} Dreiecke, mehr als die Höchstzahl von {limit}',
  'provider.extras_missing': '{provider} hat nicht geliefert: {names}',
  'provider.face_limit_inexact':
    'Dieses Modell kennt keine genaue Höchstzahl der Dreiecke; es wurde so weit vereinfacht, wie Ihre Höchstzahl nahelegt',
  'provider.face_limit_range':
    'Dieses Modell kennt Höchstzahlen von {min} bis {max} Dreiecken; verwendet wurde {given}',
  'provider.lowest_quality': 'In der niedrigsten Qualität hat dieses Modell etwa {faces} Dreiecke',
};
