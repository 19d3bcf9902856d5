/** vectors/dns.json: names that are asked for, what they say, and the records that answer them. */
import { type DnsQuery, dnsName, encodeDnsQuery } from '@polynya/protocol/dns-query';
import { encodeDownSip } from '@polynya/protocol/sip';
import { Cover } from '@polynya/reach/carriers/cover';
import { zoneEndpoint } from '@polynya/reach/carriers/dns/dns';
import { CARRYING, toRecords } from '@polynya/reach/carriers/dns/records';

const ZONE = 't.chat.example';
const fill = (value: number, length: number) => new Uint8Array(length).fill(value);

export function dnsQueries() {
  const key = fill(0x61, 16);
  const cover = new Cover(key, (length) => fill(0x62, length));
  const exchange = fill(0x63, 8);
  const queries: DnsQuery[] = [
    { ask: 'trial', most: 1_232 },
    { ask: 'piece', most: 1_232, exchange, total: 300, offset: 106, piece: fill(0x64, 106) },
    { ask: 'answer', most: 512, exchange, from: 900 },
  ];
  const down = encodeDownSip({ state: 'answer', total: 905, offset: 900, piece: fill(0x65, 5) });
  const answer = cover.coverAnswer(cover.coverQuery(new Uint8Array(0)), down);
  return {
    about:
      'Section 2. Every salt of a query is of bytes 62. records: the data of those that answer the last query, by type.',
    endpoint: zoneEndpoint(ZONE, key),
    queries: queries.map((fields) => {
      const said = encodeDnsQuery(fields);
      return { fields, said, name: dnsName(cover.coverQuery(said), ZONE) };
    }),
    down,
    answer: Uint8Array.from(answer),
    records: Object.fromEntries(
      CARRYING.map((type) => [type, toRecords(type, answer).map((data) => Uint8Array.from(data))]),
    ),
  };
}
