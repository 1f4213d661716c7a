/** Advertisements, addresses and times as the products write them. Pure. */
import { Buffer } from 'node:buffer';
import type { Beacon } from '../virtualGateway.ts';

export const undashed = (uuid: string): string => uuid.replaceAll('-', '');

const hexOf = (value: number, digits: number): string => value.toString(16).padStart(digits, '0');

export const halfHex = (value: number): string => hexOf(value, 4);

/** Measured power as the byte it is on the air. */
export const powerHex = (declaredPowerDbm: number): string => hexOf(declaredPowerDbm & 0xff, 2);

/** Manufacturer data, company id first. */
export const manufacturerHex = ({ uuid, major, minor, declaredPowerDbm }: Beacon): string =>
  `4c000215${undashed(uuid)}${halfHex(major)}${halfHex(minor)}${powerHex(declaredPowerDbm)}`;

/** Flags, then the iBeacon. */
export const advertisementHex = (beacon: Beacon): string => `0201061aff${manufacturerHex(beacon)}`;

export const advertisementBytes = (beacon: Beacon): Buffer => Buffer.from(advertisementHex(beacon), 'hex');

/** 12 hex digits. A tag keeps its random static address; the two topmost bits of such are set. */
export const tagMac = ({ major, minor }: Beacon): string => `d0${hexOf(major, 4)}${hexOf(minor, 4)}5a`;

export const gatewayMac = (oui: string, gateway: number): string => `${oui}${hexOf(0x1000 + gateway, 6)}`;

export const colons = (mac: string): string => (mac.match(/../g) ?? []).join(':');

export const keyOf = ({ uuid, major, minor }: Beacon): string => `${uuid} ${major} ${minor}`;

export const isoSeconds = (atMs: number): string => `${new Date(atMs).toISOString().slice(0, 19)}Z`;
