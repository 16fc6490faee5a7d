/** What every provider's models say, in English. `{provider}` is its name, as `fal.ai`. */
export const providerTexts = {
  // A photo on its way.
  'provider.uploading': 'Sending the photo to {provider}',
  'provider.resubmitting': '{provider} has not accepted the photo yet; retrying soon',
  'provider.queued': 'Waiting in the queue at {provider}',
  'provider.queued_at': 'Waiting in the queue at {provider}, number {position}',
  'provider.generating': '{provider} is making the model',
  'provider.generating_percent': '{provider} is making the model: {percent} %',
  'provider.fetching': 'Fetching the model from {provider}',

  // The way to the provider.
  'provider.key_refused': "{provider} rejected this server's key, or the account has no credit left",
  'provider.unreachable': '{provider} cannot be reached',
  'provider.moved': '{provider} redirects requests elsewhere; its address in the settings may be wrong',
  'provider.photo_not_sent': 'The photo could not be sent to {provider}',
  'provider.upload_address': '{provider} named an upload address that is not allowed',
  'provider.outcome_unknown':
    'The connection to {provider} broke while the request was being sent, so it may have been accepted and may be charged',
  'provider.price_unknown': 'There is a spending limit, and {provider} does not say what this model costs',
  'provider.daily_limit': "Today's spending limit for {provider} is reached; it resets at midnight UTC",

  // What goes wrong at the provider.
  'provider.rate_limited': '{provider} accepts no more requests right now',
  'provider.busy': '{provider} is too busy right now',
  'provider.no_machine': '{provider} has no machine free right now',
  'provider.down': '{provider} is not working right now',
  'provider.timeout': '{provider} did not answer in time',
  'provider.not_finished': '{provider} did not finish in time',
  'provider.start_timeout': '{provider} could not start the model in time',
  'provider.run_timeout': 'The model took longer than {provider} allows',
  'provider.lost_machine': '{provider} lost the machine that was working on this',
  'provider.lost_connection': '{provider} lost its connection to this server',
  'provider.internal_error': 'Something went wrong at {provider}',
  'provider.job_cancelled': 'The request was cancelled at {provider}',
  'provider.unknown_job': '{provider} no longer knows this request',
  'provider.refused': '{provider} rejected the request',
  'provider.model_withdrawn': '{provider} no longer offers this model',

  // What a model makes of a photo.
  'provider.model_failed': 'The model failed at {provider}',
  'provider.model_timeout': 'The model took too long',
  'provider.nothing_made': 'The model could not make anything of this photo',
  'provider.service_failed': 'A service behind the model failed',
  'provider.service_silent': 'A service behind the model does not answer',
  'provider.photo_not_fetched': 'The model could not fetch the photo',
  'provider.content_refused': '{provider} rejected this photo because of what it shows',
  'provider.image_too_small': 'The photo is too small for this model',
  'provider.image_too_large': 'The photo has too many pixels for this model',
  'provider.file_too_large': 'The photo is too large a file for this model',
  'provider.image_unreadable': 'The model cannot read this photo',
  'provider.image_type': 'The model does not support this type of photo',
  'provider.input_refused': 'The model rejected the request',
  'provider.fields_refused': 'The model rejected these values: {fields}',

  // The result.
  'provider.result_gone': '{provider} has not kept the result',
  'provider.result_withheld': '{provider} does not hand over the result',
  'provider.model_gone': '{provider} has not kept the model',
  'provider.model_unreachable': 'The model cannot be fetched from {provider}',
  'provider.model_address': 'The model is at an address that is not allowed',
  'provider.model_too_large': 'The model is larger than {megabytes} MiB',
  'provider.no_model': 'There is no model in the result',
  'provider.glb_cut': 'The model came as a GLB that is cut off',
  'provider.glb_broken': 'The model came as a broken GLB',
  'provider.other_file': 'The model came as a file of another kind ({kind}), not as a GLB',
  'provider.unknown_file': 'The model came as an unknown kind of file, not as a GLB',

  // What to know about a model that was made.
  'provider.over_face_limit': 'The model has {faces} faces, more than the limit of {limit}',
  'provider.extras_missing': '{provider} did not hand over: {names}',
  'provider.face_limit_inexact': 'This model has no exact face limit; it was simplified as far as your limit suggests',
  'provider.face_limit_range': 'This model accepts face limits from {min} to {max}; {given} was used',
  'provider.lowest_quality': 'The lowest quality of this model has about {faces} faces',
} as const;
