/** What every provider's models say, in English. `{provider}` is its name, as `fal.ai`. */
export const providerTexts = {
  // A photo on its way.
  'provider.uploading': 'Sending the photo to {provider}',
  'provider.resubmitting': '{provider} hasn’t accepted the photo yet; retrying soon',
  'provider.queued': 'Waiting in the queue at {provider}',
  'provider.queued_at': 'Waiting in the queue at {provider}, number {position}',
  'provider.generating': '{provider} is making the model',
  'provider.generating_percent': '{provider} is making the model: {percent}%',
  'provider.fetching': 'Fetching the model from {provider}',

  // The way to the provider.
  'provider.key_refused': '{provider} rejected this server’s key, or the account is out of credit',
  'provider.unreachable': '{provider} can’t be reached',
  'provider.moved': '{provider} redirects requests elsewhere; its address in the settings may be wrong',
  'provider.photo_not_sent': 'The photo couldn’t be sent to {provider}',
  'provider.upload_address': '{provider} gave an upload address that isn’t allowed',
  'provider.outcome_unknown':
    'The connection to {provider} dropped while the request was being sent; it may have been accepted and may be charged',
  'provider.price_unknown': 'A spending limit is set, but {provider} doesn’t say what this model costs',
  'provider.daily_limit': 'Today’s spending limit for {provider} has been reached; it resets at midnight UTC',

  // What goes wrong at the provider.
  'provider.rate_limited': '{provider} isn’t accepting any more requests right now',
  'provider.busy': '{provider} is too busy right now',
  'provider.no_machine': '{provider} has no free machine right now',
  'provider.down': '{provider} is down right now',
  'provider.timeout': '{provider} didn’t answer in time',
  'provider.not_finished': '{provider} didn’t finish in time',
  'provider.start_timeout': '{provider} couldn’t start the model in time',
  'provider.run_timeout': 'The model took longer than {provider} allows',
  'provider.lost_machine': '{provider} lost the machine that was working on this',
  'provider.lost_connection': '{provider} lost its connection to this server',
  'provider.internal_error': 'Something went wrong at {provider}',
  'provider.job_cancelled': 'The request was cancelled at {provider}',
  'provider.unknown_job': '{provider} no longer has this request',
  'provider.refused': '{provider} rejected the request',
  'provider.model_withdrawn': '{provider} no longer offers this model',

  // What a model makes of a photo.
  'provider.model_failed': 'The model failed at {provider}',
  'provider.model_timeout': 'The model took too long',
  'provider.nothing_made': 'The model couldn’t make anything from this photo',
  'provider.service_failed': 'A service behind the model failed',
  'provider.service_silent': 'A service behind the model isn’t responding',
  'provider.photo_not_fetched': 'The model couldn’t fetch the photo',
  'provider.content_refused': '{provider} rejected this photo because of what it shows',
  'provider.image_too_small': 'The photo is too small for this model',
  'provider.image_too_large': 'The photo has too many pixels for this model',
  'provider.file_too_large': 'The photo’s file is too large for this model',
  'provider.image_unreadable': 'The model can’t read this photo',
  'provider.image_type': 'The model doesn’t support this type of photo',
  'provider.input_refused': 'The model rejected the request',
  'provider.fields_refused': 'The model rejected these values: {fields}',

  // The result.
  'provider.result_gone': '{provider} no longer has the result',
  'provider.result_withheld': '{provider} won’t hand over the result',
  'provider.model_gone': '{provider} no longer has the model',
  'provider.model_unreachable': 'The model can’t be fetched from {provider}',
  'provider.model_address': 'The model is at an address that isn’t allowed',
  'provider.model_too_large': 'The model is larger than {megabytes} MiB',
  'provider.no_model': 'The result contains no model',
  'provider.glb_cut': 'The model arrived as an incomplete GLB',
  'provider.glb_broken': 'The model arrived as a damaged GLB',
  'provider.other_file': 'The model arrived as a different kind of file ({kind}), not as a GLB',
  'provider.unknown_file': 'The model arrived as an unknown kind of file, not as a GLB',

  // What to know about a model that was made.
  'provider.over_face_limit': 'The model has {faces} triangles, more than the limit of {limit}',
  'provider.extras_missing': '{provider} didn’t deliver: {names}',
  'provider.face_limit_inexact':
    'This model has no exact triangle limit; it was simplified as far as your limit suggests',
  'provider.face_limit_range': 'This model accepts limits from {min} to {max} triangles; {given} was used',
  'provider.lowest_quality': 'At its lowest quality, this model has about {faces} triangles',
} as const;
