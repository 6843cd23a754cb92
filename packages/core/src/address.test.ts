import { expect, it } from 'vitest'
import { parseAddress } from './address.ts'
import { isLoopbackAddress } from './loopback.ts'
import { isPublicAddress, isPublicHostname } from './public-addresses.ts'

it.each([
  '8.8.8.8',
  '1.1.1.1',
  '32.1.13.184',
  '172.15.255.255',
  '172.32.0.0',
  '100.63.255.255',
  '100.128.0.0',
  '223.255.255.255',
  '2606:4700::1111',
  '2001:4860:4860::8888',
  '2a00:1450::1',
])('%s is public', (address) => {
  expect([isPublicAddress(address), isLoopbackAddress(address)]).toEqual([true, false])
})

it.each([
  ['this network', ['0.0.0.0', '0.1.2.3']],
  ['private networks (RFC 1918)', ['10.0.0.1', '172.16.0.1', '172.31.255.255', '192.168.1.1']],
  ['carrier-grade NAT (RFC 6598)', ['100.64.0.1', '100.127.255.255', '100.100.100.200']],
  ['loopback', ['127.0.0.1', '127.255.255.254', '::1', '::ffff:127.0.0.1', '::ffff:7f00:1']],
  ['link-local and metadata services', ['169.254.169.254', 'fe80::1', 'fe80::1%eth0', '168.63.129.16']],
  [
    'documentation, benchmarks, protocol assignments',
    ['192.0.2.1', '198.18.0.1', '198.51.100.1', '203.0.113.1', '192.0.0.192', '2001:db8::1', '3fff::1'],
  ],
  ['multicast, reserved, broadcast', ['224.0.0.1', '239.255.255.255', '240.0.0.1', '255.255.255.255', 'ff02::1']],
  ['the unspecified address', ['::']],
  ['unique local addresses (RFC 4193)', ['fc00::1', 'fd00:ec2::254']],
  [
    'IPv4 in IPv6: mapped, compatible, translated',
    ['::ffff:8.8.8.8', '::8.8.8.8', '64:ff9b::808:808', '64:ff9b:1::1', '::ffff:0:10.0.0.1'],
  ],
  ['tunnels: 6to4, Teredo, ORCHID', ['2002:7f00:1::', '2001::1', '2001:10::1', '2001:20::1', '192.88.99.1']],
  [
    'what is no address',
    [
      '',
      'localhost',
      '1.2.3',
      '1.2.3.256',
      '01.2.3.4.5',
      '1:2',
      '1::2::3',
      '2001:4860:1:2:3:4::5:6',
      ':1::',
      '1.2.3.4::',
      '12345::',
      '::1.2.3',
      '1:2:3:4:5:6:7:8:9',
      '1:2:3:4:5:6:7::8:9',
    ],
  ],
])('not public: %s', (_, addresses) => {
  expect(addresses.filter(isPublicAddress)).toEqual([])
})

it('reads every spelling of RFC 4291 §2.2', () => {
  const loopback = [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1]
  expect(parseAddress('::1')).toEqual(loopback)
  expect(parseAddress('0:0:0:0:0:0:0:1')).toEqual(loopback)
  expect(parseAddress('::0.0.0.1')).toEqual(loopback)
  expect(parseAddress('1:2:3:4:5:6:7::')).toEqual([0, 1, 0, 2, 0, 3, 0, 4, 0, 5, 0, 6, 0, 7, 0, 0])
  expect(parseAddress('ABCD::')?.slice(0, 2)).toEqual([0xab, 0xcd])
})

it.each([
  'as.example',
  'AS.example.',
  'a.b.co',
  '8.8.8.8',
  '[2606:4700::1111]',
  'local.example',
  'notlocalhost.example',
])('host %s may be public', (host) => {
  expect(isPublicHostname(host)).toBe(true)
})

it.each([
  'localhost',
  'LOCALHOST.',
  'a.localhost',
  'printer.local',
  'metadata.google.internal',
  'nas.lan',
  'router.home.arpa',
  'intranet',
  '10.0.0.1',
  '[::1]',
  '[fd00::1]',
  '[]',
  '',
])('host %s is not (G2)', (host) => {
  expect(isPublicHostname(host)).toBe(false)
})

it('takes no text for a loopback address that is none', () => {
  const lookalikes = [
    '127.1',
    '127.0.0.256',
    '127.0.0.1.',
    '0127.0.0.1',
    '::ffff:7f00:1:1',
    '::7f00:1',
    '::2',
    '::ffff:8.0.0.1',
  ]
  expect([...lookalikes, '::1]/[', '::1%lo', '[::1]', ' ::1', 'localhost'].filter(isLoopbackAddress)).toEqual([])
  expect(
    ['0:0:0:0:0:0:0:1', '::0.0.0.1', '::FFFF:7F00:0001', '::ffff:127.9.8.7'].filter(isLoopbackAddress),
  ).toHaveLength(4)
})
