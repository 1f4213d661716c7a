/** What Home Assistant is told so that it shows occupancy by itself: one sensor a zone, grouped as one device a site. Pure. */
import type { Site, Zone } from '../contract/model.ts';
import {
  AVAILABILITY_TOPIC,
  discoveryTopic,
  OFFLINE,
  ONLINE,
  objectIdOf,
  siteTopic,
  zoneTopic,
} from '../contract/outgoingTopics.ts';

export interface DiscoveryMessage {
  topic: string;
  payload: string;
}

/** Carriers, not people: a bag with two tags is two. */
const UNIT = 'carriers';

export function discoveryOf(
  prefix: string,
  site: Pick<Site, 'id' | 'name'>,
  zone: Pick<Zone, 'id' | 'name'> | null,
): DiscoveryMessage {
  const objectId = objectIdOf(site.id, zone?.id ?? null);
  return {
    topic: discoveryTopic(prefix, site.id, zone?.id ?? null),
    payload: JSON.stringify({
      // Home Assistant puts the device's name before it.
      name: zone === null ? 'Occupancy' : `${zone.name} occupancy`,
      unique_id: `${objectId}_occupancy`,
      default_entity_id: `sensor.${objectId.replaceAll('-', '_')}_occupancy`,
      state_topic: zone === null ? siteTopic(site.id) : zoneTopic(site.id, zone.id),
      // A withheld or unmeasured value is null, which it takes for unknown.
      value_template: '{{ value_json.occupancy }}',
      unit_of_measurement: UNIT,
      state_class: 'measurement',
      icon: zone === null ? 'mdi:account-group' : 'mdi:map-marker-account',
      availability_topic: AVAILABILITY_TOPIC,
      payload_available: ONLINE,
      payload_not_available: OFFLINE,
      json_attributes_topic: zone === null ? siteTopic(site.id) : zoneTopic(site.id, zone.id),
      json_attributes_template: "{{ {'suppressed': value_json.suppressed} | tojson }}",
      qos: 1,
      device: {
        identifiers: [objectIdOf(site.id, null)],
        name: site.name,
        manufacturer: 'Promenade',
        model: 'Site',
      },
      origin: { name: 'Promenade' },
    }),
  };
}
