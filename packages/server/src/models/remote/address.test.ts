import { describe, expect, it } from 'vitest';
import { createAddressGuard, ForbiddenAddressError, isPublicAddress } from './address.ts';

describe('an address', () => {
  it.each(['1.1.1.1', '93.184.216.34', '2606:4700::1111'])('of the public internet is one (%s)', (address) => {
    expect(isPublicAddress(address)).toBe(true);
  });

  it.each([
    '127.0.0.1',
    '10.1.2.3',
    '172.16.0.1',
    '192.168.1.1',
    '169.254.169.254',
    '100.64.0.1',
    '0.0.0.0',
    '224.0.0.1',
    '255.255.255.255',
    '192.0.2.1',
    '::1',
    '::',
    'fe80::1',
    'fd00::1',
    '::ffff:10.0.0.1',
    '::ffff:127.0.0.1',
    '64:ff9b::a00:1',
    '2002:a00:1::',
    'no address',
  ])('of a private network or none at all is not (%s)', (address) => {
    expect(isPublicAddress(address)).toBe(false);
  });
});

describe('the guard', () => {
  const check = (url: string, host?: string) => () => createAddressGuard(host).check(new URL(url));

  it('opens https to the outside, whatever the number looks like', () => {
    expect(check('https://files.example/model.glb')).not.toThrow();
    for (const url of [
      'http://files.example/model.glb',
      'ftp://files.example/model.glb',
      'https://someone:secret@files.example/',
      'https://10.0.0.1/',
      'https://0x7f.1/',
      'https://2130706433/',
      'https://[::ffff:192.168.0.1]/',
      `https://${'a'.repeat(250)}.example/`,
    ]) {
      expect(check(url), url).toThrow(ForbiddenAddressError);
    }
  });

  it('opens the one host of a stand-in on this machine besides', () => {
    expect(check('http://127.0.0.1:4000/x', '127.0.0.1')).not.toThrow();
    expect(check('http://127.0.0.2:4000/x', '127.0.0.1')).toThrow(ForbiddenAddressError);
    expect(check('http://10.0.0.1/x', '127.0.0.1')).toThrow(ForbiddenAddressError);
  });

  it('looks at what a name means when it is connected to', async () => {
    const url = new URL('https://localhost/');
    const lookup = createAddressGuard(undefined).lookup(url);
    const resolved = await new Promise((resolve) => {
      lookup?.('localhost', { all: true }, (error) => resolve(error));
    });
    expect(resolved).toBeInstanceOf(ForbiddenAddressError);
    expect(createAddressGuard('localhost').lookup(url)).toBeUndefined();
  });
});
