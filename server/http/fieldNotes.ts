/** What the source says of the fields of schemas. Written by `npm run client` from the comments there: not to be changed by hand. */
export const FIELD_NOTES: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  AVAILABILITY_TOPIC: { '': "Retained, and the server's last will: `online` or `offline`." },
  AbResult: {
    method: 'Of the sequential test: it may be looked at as often as one likes.',
    variants: 'Shoppers whose window is over, each in the variant of their first offer; redeemed within the window.',
    comparisons: 'Pairs against variant a.',
    'comparisons.difference': 'Redemption rate minus that of variant a, interval valid at every look.',
  },
  Affinity: {
    pairs:
      "Of A's visitors the share that also visited B in the same visit, and how many times more often than chance.",
  },
  ApprovalInput: {
    '': '`seen`: the campaign as it was looked at; what was changed in substance since is not approved unseen.',
  },
  AskedDefinitions: {
    '': 'Of an answer under a named version of the definitions.',
    notApplied: 'Fields that shape the rows themselves and were otherwise when the rows of this period were made.',
    rowsFrom: 'Before it rows have expired: there the numbers are as they were counted at their time.',
  },
  Attention: {
    '': "The mall's one attention budget for each shopper, over all tenants.",
    minSpacingMinutes: 'From one push to the next, of any tenant.',
    quietHours: 'Local times; null: none. 22:00 is when malls of the region close, 08:00 before they open.',
    approvalRequired: "A retailer's campaign goes live only after the mall has approved it.",
  },
  Audience: {
    '': 'All that is named must hold; an empty list and null name nothing. Anything named asks for the consent to profiling.',
    interests: 'Any of them.',
    brands: "Any of them, as the shopper's favourites.",
    who: 'First visit to the mall within the return window, or an earlier one (definition of returning).',
    frequency: "Visits to the mall within the last `withinDays`, today's not counted.",
    recency: 'Days since the last earlier visit.',
  },
  AuditCarrier: { '': "Carriers that one may walk with: those that are nobody's." },
  BASE32: {
    '': "Crockford's base 32: a QR code's denser alphabet, and the same under every keyboard layout that a hand scanner types in.",
  },
  Backlog: {
    '': 'What one gateway handed in after its time had been computed.',
    gateway: 'Null for a retailer, to whom gateways are not shown.',
    seconds: 'Time that the batches cover.',
    firstArrived: "By the server's clock.",
  },
  BasketId: { '': 'Of the web shop: an order or basket number, a UUID.' },
  BasketInput: {
    reference: "From `GET /shopper/reference`, which the shopper's app hands to the web shop.",
    tenantId: "Whose web shop; a retailer's own may be left out.",
    state: '`purchased` and `emptied` close it for good.',
    items: 'Only how many things they are is kept.',
    valueMinor: "Minor units of the site's currency.",
    at: 'When the basket was last touched; now where it is left out.',
  },
  BasketTaken: {
    '': 'The same whether or not the reference is (still) known, so that the answer tells nothing of anybody.',
  },
  CARRIER_EVENTS: { '': 'Of a person only with the consent to sharing.' },
  CONVERSION_BASES: {
    '': 'people: all orders over the estimated people who visited; identified: of the shoppers known by their app, those who bought.',
  },
  COVERAGE_WEIGHTS: { '': 'By what the mean is weighted: every square metre the same, or by where people were.' },
  Campaign: {
    tenantId: "Null: the mall's own.",
    zoneIds: 'Coupon zones; any of them triggers.',
    variants: 'Further faces of the offer, shown in equal shares; who gets which never changes.',
    audience: 'Null: every consenting shopper.',
    cooldownMinutes: 'Per shopper, from one offer of this campaign to the next.',
    schedule: "Null: at any time, but for the mall's quiet hours.",
    stock: 'Offers that may be out or redeemed; one that expires unredeemed comes back. Null: no limit.',
    budgetMinor: 'What offers that are out or redeemed may cost at most, by their value. Null: no limit.',
    controlShare: 'Share of shoppers who are held back at random, so that the effect can be measured.',
    rejection: 'Why the landlord sent it back to draft; null where they did not.',
  },
  CampaignDraft: {
    tenantId: "Null: the mall's own.",
    zoneIds: 'Coupon zones; any of them triggers.',
    variants: 'Further faces of the offer, shown in equal shares; who gets which never changes.',
    audience: 'Null: every consenting shopper.',
    cooldownMinutes: 'Per shopper, from one offer of this campaign to the next.',
    schedule: "Null: at any time, but for the mall's quiet hours.",
    stock: 'Offers that may be out or redeemed; one that expires unredeemed comes back. Null: no limit.',
    budgetMinor: 'What offers that are out or redeemed may cost at most, by their value. Null: no limit.',
    controlShare: 'Share of shoppers who are held back at random, so that the effect can be measured.',
  },
  CampaignImage: {
    '': 'A picture that offers may show, at `/api/v1/images/{id}`.',
    tenantId: "Null: the mall's own, for everybody's campaigns.",
  },
  CampaignInput: {
    tenantId: "Null: the mall's own.",
    zoneIds: 'Coupon zones; any of them triggers.',
    variants: 'Further faces of the offer, shown in equal shares; who gets which never changes.',
    audience: 'Null: every consenting shopper.',
    cooldownMinutes: 'Per shopper, from one offer of this campaign to the next.',
    schedule: "Null: at any time, but for the mall's quiet hours.",
    stock: 'Offers that may be out or redeemed; one that expires unredeemed comes back. Null: no limit.',
    budgetMinor: 'What offers that are out or redeemed may cost at most, by their value. Null: no limit.',
    controlShare: 'Share of shoppers who are held back at random, so that the effect can be measured.',
  },
  Carrier: {
    id: 'Random; what logs and rows carry. Never derived from the beacon.',
    calibratedPowerDbm: 'Mean RSSI at 1 m of this fleet, where it was calibrated; declared powers are not trusted.',
  },
  Certificate: {
    zoneId: 'Null: the whole floor.',
    by: 'Null for tenants.',
    enough: 'False below five taps: one of them decides the figures.',
    medianM: 'Null: that many taps had no fix, or one on another floor.',
    hitRate: 'Share of the taps in the zone whose fix lay in it too; on a floor: on the right floor.',
    elsewhere: 'Where the fixes of the other taps lay; null is no zone at all.',
    wronglyHere: 'Taps outside whose fix lay in the zone.',
    withinStated: 'Share of the fixes that lay within the accuracy they stated; 0.68 is what is meant.',
  },
  ChangedHour: {
    state: 'As of now.',
    wasFinal: 'The number had been told as final when the data came.',
    occupancy: 'Mean.',
    suppressed: 'True where the figures are withheld because fewer than k carriers stand behind one of the sides.',
  },
  Changelog: {
    entries: 'The newest first.',
    more: 'More entries touch this period than are told.',
    awaited: 'Gateways whose data is still to come: from then on hours are provisional.',
  },
  ChangelogEntry: {
    from: 'Hours that were compared; earlier ones, if any, were not.',
    modelChanged: 'Floors, zones, gateways or definitions were changed for a time that had been computed already.',
    rebuilt: 'Somebody had the time computed anew.',
    hours: 'Of what was asked for, the whole site or one zone, the hours that moved.',
    zones: 'Zones in which something moved in the period asked for; only where the whole site was asked for.',
  },
  ComparedDefinitions: { changed: 'Thresholds in which they differ.' },
  ConsentGiven: { textHash: 'Of the very words that were shown.' },
  CountMessage: {
    '': '`promenade/1/{site}/{counter}/count`. The same counter and `fromMs` again replaces what was sent before.',
  },
  Counter: { '': 'A door counter; only those that are entered here are heard.' },
  CoverageCellM: { '': 'A cell below this says nothing that the eye could tell apart; a larger one hides a shop.' },
  CoverageDraft: {
    gateways: 'Instead of what hangs on this floor. Those of other floors stay.',
    oneMore: 'Places for one more are sought as well; false answers sooner.',
  },
  CoverageMap: {
    radio:
      "What the site's radio was taken to be, and whether it was learned from traffic or a survey, or is the usual.",
    enoughGateways: 'Fewer gateways in hearing than this make a cell weak.',
    cells: 'Lower left corner; the radius that holds the true place 68 % of the time; gateways in hearing.',
    oneMore: 'Where one more gateway would lower the mean most, the best first.',
  },
  CoverageProposal: {
    meanBeforeM: 'Expected error over the floor, without and with this gateway.',
    nearBeforeM: 'Mean over its surroundings, as far as the gateways hang apart.',
  },
  DEFAULT_CURRENCY: { '': "Amounts are whole minor units of the site's currency: hellers, groszy, cents. Pure." },
  DecisionView: {
    score: 'Where campaigns competed for one shopper: see server/campaigns/ranking.ts.',
    outrankedBy: "Name of the campaign that won instead; null for another tenant's, but to the mall.",
  },
  Definitions: {
    visitGapMinutes: 'Sightings of one carrier with no gap longer than this are one visit.',
    minVisitSeconds: 'Shorter visits are short visits and not counted in footfall.',
    minStaySeconds: 'Default for zones that set none of their own: a shorter stay is a passer-by.',
    minCoverage: 'Days below this are left out of peak hours, and listed.',
    kAnonymity: 'Cells with fewer distinct carriers are suppressed.',
  },
  Delivery: {
    at: 'Of what it tells.',
    lastStatus: 'HTTP status of the last answer.',
    lastError: 'Begin of the last answer, or why there was none.',
    replayable: 'False once nothing is left to send again: it was of a person, or too long ago.',
  },
  DeliveryFigures: {
    pending: 'Waiting to be sent, now.',
    dead: 'Given up, and kept for a replay.',
    delivered: 'In the last 24 hours.',
    dropped: 'Not taken because too many were waiting; the next delivery tells it to the receiver.',
    failing: 'Failures in a row; 0 where the last one was taken.',
  },
  DeliveryReport: {
    '': '`GET /sites/{site}/delivery`.',
    received: 'Offers by how they ended: on an open page, taken by a push service, or not out at all.',
    latencyMs: "Milliseconds from the sighting that completed the trigger to the phone's answer or the push service's.",
    subscriptions: "Subscriptions to Web Push of this site's shoppers.",
  },
  ENOUGH_TAPS: { '': 'With fewer, one bad fix decides the figures of a zone.' },
  ERROR_SOURCES: { '': "A walk in this zone, one on its floor, or what the gateways' places let expect." },
  EXPORT_TABLES: { '': "All of it may be read by the metrics' routes too; nothing of it is one carrier's." },
  Effect: { '': '`low` and `high` bound the truth in 95 of 100 such campaigns.' },
  ExportFile: { name: 'As in the path of its download.' },
  ExportJob: {
    from: 'Whole local days that are over.',
    expiresAt: 'It is removed then.',
    files: 'Once it is done: Parquet files, and manifest.json, which says what they hold.',
    problem: 'Why it failed, and what to do.',
  },
  FeedbackComments: {
    '': "What shoppers wrote, for the shop: no hour, no offer, nobody. The figure (NPS) is among the shop's figures.",
    'comments.day': "Of the site's calendar.",
  },
  FeedbackInput: { score: 'How likely one is to recommend the shop: 0 not at all, 10 certainly.' },
  Finding: {
    '': 'Either a figure with its interval, or how many more shoppers it takes to say.',
    significant: 'By a test that may be looked at as often as one likes. False: whatever effect there is, it is small.',
    perShopper: 'What it comes to for one shopper who was treated, and what control did without.',
    shoppers: 'Shoppers that the interval rests on.',
    moreShoppers: 'Both sides together; null where no number would help, or none is known.',
  },
  FixedBeacon: {
    '': 'What a fixed beacon advertises, for phones that listen.',
    powerDbm: 'Mean RSSI at 1 m, as measured with a usual phone; beacons of one site may be set to different powers.',
  },
  Fleet: {
    topics: 'MQTT filters, `+` and `#` as usual.',
    aliases:
      "The fleet's own name of a beacon → which beacon it is, for formats that do not tell (ESPresense aliases, Kontakt trackingIds).",
    enabled: 'Not listened to while false.',
  },
  FleetBody: {
    topics: 'MQTT filters, `+` and `#` as usual.',
    aliases:
      "The fleet's own name of a beacon → which beacon it is, for formats that do not tell (ESPresense aliases, Kontakt trackingIds).",
    enabled: 'Not listened to while false.',
    '': 'Without topics those of the format out of the box, where it has some; without a name that of the format.',
  },
  FleetClock: {
    '': "`own`: the gateways' clocks, where the format tells their time; `arrival`: the moment at which a message comes.",
  },
  FleetFormat: {
    defaultTopics: 'Empty: each installation sets its own.',
    timed:
      'Messages tell when something was heard. Those that do not are true only as they come, and are not waited for.',
    aliveSeconds: 'How long a gateway that says nothing counts as listening.',
    aliases: 'Beacons are known by names of the fleet: always, or where the installation gave some.',
  },
  FleetGateway: {
    gatewayId: 'Of ours.',
    name: 'As the fleet calls it.',
    placed: 'Entered under its id; what it hears is counted.',
    clockOffsetMs: 'Null while nothing is known of it.',
  },
  FleetHealth: {
    since: "Counted since then: the start of the server, or of the fleet's present settings.",
    readings: 'Beacons in messages, of gateways that are placed.',
    used: 'Of them those that became part of a sighting.',
    sightings: 'Sightings written: one carrier at one gateway in one second.',
  },
  Floor: {
    level: 'Order from the lowest up: -1 for B1, 0 for the ground floor.',
    outline: 'Walkable outline; absent: the whole rectangle.',
    walls: 'Wall segments [x1, y1, x2, y2] in metres.',
    image: "Metres per pixel and the image's lower left corner, where an image was uploaded.",
  },
  FloorChange: { originXM: "Where the image's lower left corner lies on the floor." },
  FloorInput: {
    level: 'Order from the lowest up: -1 for B1, 0 for the ground floor.',
    outline: 'Walkable outline; absent: the whole rectangle.',
    walls: 'Wall segments [x1, y1, x2, y2] in metres.',
    image: "Metres per pixel and the image's lower left corner, where an image was uploaded.",
  },
  Flows: {
    flows: 'Successive zone visits within one visit. `null` zone is the outside.',
    suppressed: 'Flows withheld for having fewer than k carriers, and those that would give them away.',
  },
  Funnel: {
    wouldFire: 'Sent and control: what the campaign would have done to everyone.',
    held: 'Held back, by reason code.',
    latencyMs: "From the sighting that completed the trigger to the phone's acknowledgement.",
  },
  GUEST_LABEL: { '': 'The simulator labels those so that it walks for whoever comes to try.' },
  Gateway: {
    zM: 'Height of the antenna above the floor.',
    enabled:
      'Not expected to report while false. A plain beacon on a wall is one that never reports and has a `beacon`.',
    beacon: 'Where it advertises as well: phones may tell that they hear it.',
  },
  GatewayAdverts: {
    '': 'How much all gateways of a site heard in the last days, for a line beside each.',
    start: 'Of the first slot.',
    'gateways.advertsPerSecond': 'A slot each, up to now; null where it told nothing.',
  },
  GatewayConfigState: {
    '': '`unknown`: its program does not say what it runs with. `pending`: sent, and not yet confirmed.',
    sinceMs: 'When the configuration was sent, milliseconds since 1970 UTC.',
    why: "Where it is refused: the gateway's reason.",
  },
  GatewayElsewhere: {
    '': 'A gateway that hears as one would hear elsewhere.',
    place: 'The place that fits best what it hears, for a person to confirm.',
    sure: '0 to 1.',
    sinceMs: 'When it was first noticed, milliseconds since 1970 UTC.',
    swappedWith: 'The gateway that seems to hang at its place instead.',
  },
  GatewayFinding: {
    code: 'Stable; what a page translates by.',
    sinceMs: 'Since when, milliseconds since 1970 UTC; null where nobody knows.',
    params: 'What the words are filled with.',
    text: 'In English: what is wrong.',
    todo: 'In English: what to do next.',
  },
  GatewayHealth: {
    usualAdvertsPerSecond:
      'Advertisements of all kinds a second, usual at this hour of the day; null before three days are known.',
    coverageHour: 'Of the minutes of the last hour: the share in which it reported.',
    coverageDay: 'Of the minutes of the last 24 hours: the share in which it reported.',
    lastCarrierMs: 'When it last heard a carrier of the site, milliseconds since 1970 UTC.',
    heardShare: 'Of the carriers that are nearest to its neighbours: the share that it hears, of late.',
    usualHeardShare: 'The share that it heard before.',
    hearingDb:
      "Decibels that it hears more than the site's other gateways do from as far, from the carriers that they hear as well.",
    hearingChangeDb: 'Decibels that it hears more than it did before; negative: it hears less.',
    weakestDbm:
      'RSSI in dBm that the weakest twentieth of all that it decodes stays below: what is weaker it does not hear.',
    usualWeakestDbm: 'The same, usual at this hour of the day; null before three days are known.',
    lostBatches: 'Batches that it declared lost, since the server knows it.',
    uptimeSeconds: 'Since its program began.',
    scannerRestarts: 'Times that its radio had to be started again, since its program began.',
    lastSeenMs: 'When anything of it last came, milliseconds since 1970 UTC.',
    advertsPerSecond: 'Advertisements of all kinds.',
    clockOffsetMs: 'To be added to its times; negative where its clock is ahead.',
    outboxBatches: 'Waiting on its disk.',
    droppedBatches: 'Lost on its side, since its program began.',
    newestVersion: 'The newest of those that run the same program.',
    program: "What the gateway's processes take: CPU as a share of one core, and memory.",
    box: 'The machine that it runs on.',
    'box.load': 'Processes that want to run, over a minute, for each core.',
  },
  GatewayHealthWithHistory: {
    usualAdvertsPerSecond:
      'Advertisements of all kinds a second, usual at this hour of the day; null before three days are known.',
    coverageHour: 'Of the minutes of the last hour: the share in which it reported.',
    coverageDay: 'Of the minutes of the last 24 hours: the share in which it reported.',
    lastCarrierMs: 'When it last heard a carrier of the site, milliseconds since 1970 UTC.',
    heardShare: 'Of the carriers that are nearest to its neighbours: the share that it hears, of late.',
    usualHeardShare: 'The share that it heard before.',
    hearingDb:
      "Decibels that it hears more than the site's other gateways do from as far, from the carriers that they hear as well.",
    hearingChangeDb: 'Decibels that it hears more than it did before; negative: it hears less.',
    weakestDbm:
      'RSSI in dBm that the weakest twentieth of all that it decodes stays below: what is weaker it does not hear.',
    usualWeakestDbm: 'The same, usual at this hour of the day; null before three days are known.',
    lostBatches: 'Batches that it declared lost, since the server knows it.',
    uptimeSeconds: 'Since its program began.',
    scannerRestarts: 'Times that its radio had to be started again, since its program began.',
    lastSeenMs: 'When anything of it last came, milliseconds since 1970 UTC.',
    advertsPerSecond: 'Advertisements of all kinds.',
    clockOffsetMs: 'To be added to its times; negative where its clock is ahead.',
    outboxBatches: 'Waiting on its disk.',
    droppedBatches: 'Lost on its side, since its program began.',
    newestVersion: 'The newest of those that run the same program.',
    program: "What the gateway's processes take: CPU as a share of one core, and memory.",
    box: 'The machine that it runs on.',
    'box.load': 'Processes that want to run, over a minute, for each core.',
    history: 'Quarter hours of the last days, the oldest first; those in which nothing came are left out.',
  },
  GatewayQuarter: {
    '': 'A quarter hour of one gateway; null where nothing was measured.',
    coverage: 'Of its fifteen minutes: the share in which it reported.',
    advertsPerSecond: 'Of all kinds; the mean.',
    weakestDbm: 'RSSI in dBm that the weakest twentieth of all that it decoded stayed below; the mean.',
    heardShare: 'Of the carriers that were nearest to its neighbours: the share that it heard.',
    hearingDb: "Decibels that it heard more than the site's other gateways did from as far.",
    outboxBatches: 'Waiting on its disk; the most.',
    temperatureC: 'Of its box; the highest.',
  },
  GatewaySettings: {
    '': 'What one gateway does otherwise than the others; what is left out is as usual.',
    windowMs:
      'Of one thinning window. A place is worked out once a second: shorter costs the network, longer costs accuracy.',
    heartbeatMs: 'A gateway counts as silent after a minute without a word.',
    unknowns: 'False: counts no unknown carriers although the site does; for one that hangs over a street.',
  },
  GatewayVitals: {
    '': 'Measured of one gateway, next to what is usual for it.',
    usualAdvertsPerSecond:
      'Advertisements of all kinds a second, usual at this hour of the day; null before three days are known.',
    coverageHour: 'Of the minutes of the last hour: the share in which it reported.',
    coverageDay: 'Of the minutes of the last 24 hours: the share in which it reported.',
    lastCarrierMs: 'When it last heard a carrier of the site, milliseconds since 1970 UTC.',
    heardShare: 'Of the carriers that are nearest to its neighbours: the share that it hears, of late.',
    usualHeardShare: 'The share that it heard before.',
    hearingDb:
      "Decibels that it hears more than the site's other gateways do from as far, from the carriers that they hear as well.",
    hearingChangeDb: 'Decibels that it hears more than it did before; negative: it hears less.',
    weakestDbm:
      'RSSI in dBm that the weakest twentieth of all that it decodes stays below: what is weaker it does not hear.',
    usualWeakestDbm: 'The same, usual at this hour of the day; null before three days are known.',
    lostBatches: 'Batches that it declared lost, since the server knows it.',
    uptimeSeconds: 'Since its program began.',
    scannerRestarts: 'Times that its radio had to be started again, since its program began.',
  },
  HeardNow: {
    gateways: 'How many gateways heard it within the last seconds.',
    listeningSeconds: 'Since when it is listened for; before, nothing is known.',
  },
  Heatmap: {
    unit: 'What `value` counts: dwell seconds per square metre, or distinct carriers.',
    suppressedCells: 'Cells withheld for having fewer than k carriers.',
    cells: 'Lower left corner of each cell in metres.',
  },
  HeldLog: {
    '': 'What was held back and why; names nobody.',
    byReason: "The most frequent first. `detail`: the audience's condition, the budget's limit, the consent's purpose.",
    byDay: 'Local days, the earliest first; those without decisions are left out.',
    outrankedBy: 'Held by the ranking: which campaigns won, and how often; null name as in `decisionView`.',
  },
  HomeAssistantStatusTopic: { '': 'Where Home Assistant says that it has started.' },
  INTERESTS: {
    '': 'What a shopper says of themselves in the quiz; a fixed list, so that the words exist in every language.',
  },
  IdempotencyKey: {
    '': 'What the caller names its try: the same again is the same redemption, also where the first answer was lost.',
  },
  IdentitiesView: {
    '': 'For those who run the mall: whether identities work, and whether somebody plays old ones back. Names nobody.',
    resolved: "Sightings since the server's start.",
    replayed: 'Heard outside of their slot and its neighbours.',
    unknown: 'Of nobody: invented, or of an identity that has ended.',
    ambiguous: 'Two identities had the same number: given to neither.',
  },
  IdentityGiven: {
    uuid: 'To advertise under; null for one that listens.',
    serverMs: "The server's clock, to hold the phone's against.",
    secretHex: '64 hex digits, told this once; null for one that listens.',
  },
  IdentityMode: {
    '': 'Advertising phones rotate; listening ones advertise nothing. One phone is one or the other: their RSSI do not compare.',
  },
  IdentityView: {
    uuid: 'To advertise under; null for one that listens.',
    serverMs: "The server's clock, to hold the phone's against.",
  },
  InboxGateway: {
    id: 'Put a gateway of this id on the plan, and it is heard.',
    fleetId: "Null: one of Promenade's own.",
    name: 'As it calls itself.',
    beaconsPerMinute: 'Different beacons within its last whole minute; null before there was one.',
  },
  InsightDefinitions: { '': 'How each figure is counted, in words.' },
  LatencyQuantiles: { '': 'Quantiles from the sighting to the hand-over; null before there was one.' },
  Ledger: { seen: "One's own stays, as long as presence was agreed to and the carrier was paired." },
  ListenedBeacons: {
    '': 'The fixed beacons of a site, as they are heard on the air anyway: what a phone has to range for.',
  },
  LiveGateway: {
    finding: 'In words, null where all is well.',
    findings: 'The same one by one, and what is only to be known; the gravest first.',
    elsewhere: 'Where it hangs, if not where the plan has it.',
  },
  LiveHeat: {
    '': 'Where carriers are now, per floor: cells of `cellM` by their lower left corner in metres, blurred until k stand behind each.',
    'floors.tooFew': 'Somebody is on the floor, but fewer than k: nothing is drawn.',
  },
  LiveSnapshot: {
    atMs: "The site's clock.",
    occupancy: "Present carriers that count as people's (no staff, no carts); null while suppressed.",
    historyProgress: '0..1 while history is being played in, else null.',
  },
  LocalDate: { '': "A day of the site's calendar." },
  LoyaltySettings: {
    minorPerPoint: "What a point costs, in minor units of the site's currency.",
    silverPoints: 'Points of the last twelve months from which one has the tier.',
  },
  LoyaltyView: { points: 'Of the last twelve months.', entries: 'Newest first.' },
  MAX_AMOUNT_MINOR: { '': 'Largest basket in minor units: ten million crowns or euros.' },
  MAX_CAMPAIGNS_OF_TENANT: { '': 'A tenant that makes them by a script leaves room for the others.' },
  MAX_COUNT_MS: { '': 'Longer counts say nothing of an hour of the week any more.' },
  MAX_PHONE_SPAN_MS: { '': 'A minute of hearing at most, as in one batch of a gateway.' },
  MAX_TAPS: { '': "A ten-minute walk has some fifty; a day's has not more than this." },
  MapFloor: {
    outline: 'Null: the whole rectangle.',
    walls: '[x1, y1, x2, y2] in metres, only those that show on a phone.',
    image: 'Where neither outline nor walls were drawn: the uploaded plan, and where on the floor it lies.',
  },
  MapZone: {
    coupon: 'An offer runs here now.',
    liveliness: 'Null: not measured, or too few people to tell it without telling of them.',
  },
  NOT_ENOUGH: {
    '': 'Why it cannot be said yet. no-control: nobody is held back, so there is nothing to compare with, ever; too-few: one side has fewer shoppers (or fewer who came or bought) than may be told or compared; undecided: the interval is told, but neither is there surely an effect nor surely none worth naming; no-data: no shop or no sale that could be counted.',
  },
  Name: { '': 'For people to read: a NUL would end it in the database, half a surrogate pair is no character.' },
  ORDER_SOURCES: { '': '`redemption`: the basket that a till named when it redeemed an offer.' },
  OUTGOING_EVENTS: {
    occupancy: 'Null below k.',
    revision: '1, then one more each time that late data changed a number.',
    sent: 'Offers sent in this time, to at least k shoppers. Null where zones are named and some of theirs are withheld.',
    byZone: 'Each null where fewer than k shoppers stand behind it, or where that would follow from it.',
  },
  ObjectIdOf: { '': 'Ids hold no underscore, so no two pairs make the same name.' },
  OccupancyMessage: {
    '': 'Retained at `promenade/1/{site}/occupancy` and `promenade/1/{site}/zones/{zone}/occupancy`.',
    occupancy: 'Null while fewer than k are present, and where nothing is measured.',
    atMs: "Since when it is so many, by the site's clock.",
    suppressed: 'True where it is withheld because fewer than k are present.',
  },
  OccupancyThreshold: {
    zone: 'Null: the whole site.',
    limit: '`rose` is told once so many are present.',
    hysteresis:
      '`fell` is told once fewer than limit − hysteresis are, so that coming and going at the limit tells nothing.',
    forSeconds: 'It must last so long.',
  },
  OfferFace: {
    title: "In the site's main language, and for every language that has no translation.",
    imageId: 'An image that was uploaded for this site.',
    validUntil: 'Last local day on which it can be redeemed, however long it would be valid; null: no such day.',
  },
  OfferPush: { shortCode: 'For saying it at the till, where the QR code cannot be read.' },
  OfferValue: {
    '': "What the shopper saves: for ranking, the budget and the ledger. Minor units of the site's currency (hellers, groszy, cents).",
    maxAmountMinor: 'What a basket is expected to come to, and at most taken off: the budget counts on it.',
  },
  OfflineKit: { serverMs: "The server's clock, to hold the till's against." },
  OfflineSite: {
    '': 'What a till keeps so that it can check codes without a network: of the sites and tenants where it may redeem.',
    keys: 'Ed25519, raw, base64url. Revoked ones are left out.',
    tenants: 'Codes of these tenants are taken.',
    used: 'Offers that were redeemed and whose codes have not expired; the latest, as many as there is room for.',
  },
  OrderFault: { at: 'Place in the batch, from 0; of a file the line, from 1.' },
  OrderId: { '': "A tenant's own number: letters, digits and what receipts carry between them." },
  OrderInput: {
    tenant: "The shop; needed from a manager, and the own one may be left out by everybody else. Null: the mall's own.",
    amountMinor: "What was paid after discounts, in minor units of the site's currency.",
    zone: "The zone of the shop; left out: the tenant's only shop, where there is one.",
    offerId: 'At most one shopper: who redeemed this offer with it, or who has this reference. None: a guest.',
  },
  OrdersFileTaken: {
    known: 'Were there already, alike.',
    faults: 'The first of them.',
    complete:
      'False: the file broke off or could not be read further; what came before is kept, and sending it all again is safe.',
  },
  OrdersTaken: {
    '': 'Nothing is lost silently: taken + known + refused is what was read.',
    known: 'Were there already, alike.',
    faults: 'The first of them.',
  },
  OutgoingEvent: { '': 'Any of them, for receivers.' },
  PROOF_WARNINGS: {
    '': 'sample-ratio: sides are not as large as the draw should have made them; dropout: one side stopped being heard more often.',
  },
  PairingUrl: { '': 'The code follows the # so that it is in no log of a proxy or server.' },
  PeakHours: {
    grid: 'grid[weekday 0 = Monday][hour 0..23]: mean footfall of that local hour, null where no day counted.',
    excludedDays: 'Local days left out for low coverage.',
  },
  People: {
    zone: 'Null: the whole site.',
    'series.observed': 'Carriers that came in: what was seen.',
    'series.people': 'People who came in: what reference counts make of it. Null without any.',
    ratio: 'What the estimate rests on; null where no count could be used.',
    'ratio.from': 'Counts are used from then on: who carries a beacon changes over the months.',
    unusedCounts: 'Counts of the time that say nothing: too little coverage, or not settled yet.',
  },
  PhoneSighting: {
    rssiDbm:
      'Mean of the second or so in which it was heard. Radios say 0 or 127 for "not known": such are not to be sent.',
    adverts: 'Advertisements that the mean is of.',
    atMs: "By the phone's clock.",
  },
  PhoneSightings: {
    epoch: 'Rises with each start of the app; `seq` with each message of it. Sent again, a message counts once.',
    clockMs: "The phone's clock as it sends: the server corrects by it.",
  },
  PhoneSightingsAnswer: {
    accepted: 'Sightings that are durable now, or were from an earlier sending.',
    unknownBeacons: "Sightings of beacons that are none of this mall's.",
  },
  ProfileView: { suggestedBrands: 'Brands that offers of this mall ask for.' },
  Proof: {
    from: 'First and last time at which a shopper who is counted came in; null: nobody yet.',
    funnel: 'Offers, not shoppers.',
    timeToRedeemMinutes: 'From the hand-over to the till. Null below k.',
    windowDays: "From a shopper's first would-fire on, what they did is counted for as long.",
    shoppers: 'Shoppers, not triggers: each counts once, from their first; those whose window is over. Null below k.',
    waiting: 'Their window is not over yet.',
    incrementalVisits: 'Over all treated shoppers whose window is over.',
  },
  PushKey: {
    '': '`GET /shopper/push-key`: what `pushManager.subscribe({ userVisibleOnly: true, applicationServerKey })` needs. A subscription made with another key is refused by the push services: compare, and subscribe anew.',
    publicKey: "The server's P-256 point, uncompressed, base64url: 87 characters.",
  },
  PushPayload: {
    '': 'What the service worker decrypts: `event.data.json()`. No code is in it: the page fetches `GET /shopper/offers`.',
    expiresAtMs:
      'Of the offer. One that comes later shows nothing worth showing; a notification must be shown nevertheless.',
    url: 'Path of this server that opens the offer, e.g. `/shopper?offer=o-…`.',
  },
  PushSubscription: {
    '': 'Body of `PUT /shopper/push`: `subscription.toJSON()`. The same endpoint again replaces its keys. 204. Asked for by a shopper who agreed to `push`; 409 `no-consent` otherwise.',
    endpoint: 'Checked again each time before anything is sent to it.',
  },
  PushUnsubscribe: {
    '': 'Body of `DELETE /shopper/push`: one endpoint, or all of this shopper where there is no body. 204 whether there was one or not.',
  },
  REF_BYTES: { '': 'Of a few hundred tenants and campaigns of one site, so that 40 bits of a hash tell them apart.' },
  REHEARSAL_BASES: {
    '': 'Where figures come from: `stays`: the zone stood then, and what fired is known; `heat`: it did not, and is estimated from where people were, checked against zones that did; `none`: it stood in no day that counts.',
  },
  ROLES: {
    '': 'shopper is a person with a phone; the others are accounts. A retailer and a till belong to one tenant.',
  },
  Redemption: {
    id: 'For taking it back; null where nothing was redeemed now.',
    offerId: 'Ties an order of an import to whoever redeemed.',
    voidableUntil: 'Until then it can be taken back; null where it cannot.',
  },
  RedemptionInput: {
    amount:
      "What was paid in the end, in the site's currency; `amountMinor` is the same in its minor units, and only one of them is given.",
    orderId: "The receipt's number: an import of the same order later is the same order.",
    till: 'Which till of the shop, where it has several.',
    idempotencyKey: 'Or as the header Idempotency-Key.',
  },
  RedemptionRow: { settledAt: 'When it was settled, where it was accepted without a network.' },
  ReferenceCount: { counterId: 'Null: entered by hand or from a file.' },
  ReferenceCountInput: {
    zoneId: 'An entrance.',
    people: 'Persons who came in.',
    out: 'Persons who went out, where that was counted.',
  },
  Rehearsal: {
    from: 'The history that was replayed: at most the last 28 days, whole local days.',
    days: 'Local days with enough coverage to count, on which the schedule is open.',
    leftOut: 'Local days of the history left out.',
    'leftOut.lowCoverage': "Coverage below the definitions' least.",
    'leftOut.closed': 'The schedule is closed.',
    checked:
      'Of `heat`: how far the estimate is off in zones where the answer is known, as a factor (1.4: a third less to 40 % more, two times of three), and in how many zones that was tried. Null where no zone could be tried.',
    triggersPerDay:
      'Fires a day after schedule, cooldown and audience, before the attention budget, as if every carrier that counts were a shopper who agreed. The band holds a single day 19 times of 20.',
    distinctShoppers: 'Carriers over the whole history, unknown ones counted anew each day; null below k.',
    reachable:
      'Of that, what shoppers who have paired and agreed to presence and offers would get now. Null below k of them.',
    falseFireShare:
      'Of the fires, the share of carriers whose true place was outside the zone, given the position error there.',
    spill:
      'Where those really were, largest share of all fires first; null: in no zone, or in one that the asker does not see.',
    heldPerDay:
      "What the mall's limits would hold back a day, by reason code, that of the budget with its limit: `attention-budget/visit`.",
    controlPerDay: 'Shoppers chosen at random to get none, a day.',
    'zones.triggersPerDay': 'Null where the whole figure is not told.',
    'zones.radiusM': "Radius of the circle of the zone's area.",
    'zones.localP90M': 'Position error that nine of ten fixes keep below here; null where nothing is known of it.',
    'warnings.params': 'What the words are made of, for words in another language.',
    'warnings.words': 'In English.',
  },
  RehearsalView: {
    from: 'The history that was replayed: at most the last 28 days, whole local days.',
    days: 'Local days with enough coverage to count, on which the schedule is open.',
    leftOut: 'Local days of the history left out.',
    'leftOut.lowCoverage': "Coverage below the definitions' least.",
    'leftOut.closed': 'The schedule is closed.',
    checked:
      'Of `heat`: how far the estimate is off in zones where the answer is known, as a factor (1.4: a third less to 40 % more, two times of three), and in how many zones that was tried. Null where no zone could be tried.',
    triggersPerDay:
      'Fires a day after schedule, cooldown and audience, before the attention budget, as if every carrier that counts were a shopper who agreed. The band holds a single day 19 times of 20.',
    distinctShoppers: 'Carriers over the whole history, unknown ones counted anew each day; null below k.',
    reachable:
      'Of that, what shoppers who have paired and agreed to presence and offers would get now. Null below k of them.',
    falseFireShare:
      'Of the fires, the share of carriers whose true place was outside the zone, given the position error there.',
    spill:
      'Where those really were, largest share of all fires first; null: in no zone, or in one that the asker does not see.',
    heldPerDay:
      "What the mall's limits would hold back a day, by reason code, that of the budget with its limit: `attention-budget/visit`.",
    controlPerDay: 'Shoppers chosen at random to get none, a day.',
    'zones.triggersPerDay': 'Null where the whole figure is not told.',
    'zones.radiusM': "Radius of the circle of the zone's area.",
    'zones.localP90M': 'Position error that nine of ten fixes keep below here; null where nothing is known of it.',
    'warnings.params': 'What the words are made of, for words in another language.',
    'warnings.words': 'In English.',
    isCurrent: 'Nothing that was rehearsed has been changed since.',
  },
  Ring: { '': 'An open ring: the last point is not the first again.' },
  SETTLE_RESULTS: {
    '': "`settled` counts. `double-use`: another till's counts. `expired`: it had ended when it was accepted. `withdrawn`: the offer was taken back before. `revoked`: signed with a key that is not trusted any more. `unknown`: no code of this shop.",
  },
  SEVERITIES: {
    '': '`fault`: it gives nothing, or nothing right. `warning`: it gives less than it should. `info`: to be known.',
  },
  SLOTS_TAKEN: { '': 'Slots before and after that of the hearing whose numbers are taken: for clocks that are wrong.' },
  SLOT_SECONDS: {
    '': "How long one number is on the air: as long as Android may keep a random Bluetooth address at most, so that the number is not what gives a phone away. It is also by how much a phone's clock may be wrong.",
  },
  Schedule: {
    weekdays: '1 is Monday, 7 is Sunday; the day on which the hours begin.',
    to: 'At or before `from`: on the next day.',
    startsOn: 'First and last local day, both included.',
    exceptions: 'Days with hours of their own, whatever their weekday; `hours: null`: closed.',
  },
  SeenByTenant: { '': 'A tenant sees its own zones, and the ways that lead there.' },
  SeriesPoint: {
    '': '`value: null` where nothing was measured; low ≤ value ≤ high is meant to hold the truth 95 % of the time.',
    coverage: 'Share of expected gateway-minutes that reported, 0 to 1.',
    suppressed: 'True where the value is withheld because fewer than k carriers stand behind it.',
    mean: 'Further figures of the same definition: dwell has mean, p90; occupancy has peak; capture-rate has turnInRatio.',
  },
  SettleInput: {
    clock: "The till's clock as it sends this: what its times are corrected by.",
    'items.acceptedAt': "By the till's clock.",
  },
  Settlement: { other: 'The one that counts, where it is another.' },
  Settlements: { clockOffsetMs: "How much the till's clock is behind the server's." },
  ShopperMap: { '': 'Nobody is in it, and no number of people.' },
  ShopperMe: { paused: '`until: null` lasts until it is ended by hand.' },
  Site: {
    currency: 'Of every amount of this site: prices, baskets, budgets.',
    uuids: 'iBeacon UUIDs that gateways let through.',
    rotatingUuid:
      'The one of `uuids` under which shopper apps advertise numbers that change with time: its beacons are looked up by slot.',
    publishOccupancy: "Occupancy as retained MQTT topics, where its clock is the wall's. Left out: yes.",
    historyFromMs: 'Set while recorded or simulated history is being played in: what the progress bar runs towards.',
    historyProgress: '0..1 while history is being played in, else null.',
  },
  SiteClock: {
    '': "`wall`: the site's clock is the server's. `data`: the newest sighting is now; nothing expires or turns live by itself.",
  },
  SiteInput: {
    currency: 'Of every amount of this site: prices, baskets, budgets.',
    uuids: 'iBeacon UUIDs that gateways let through.',
    rotatingUuid:
      'The one of `uuids` under which shopper apps advertise numbers that change with time: its beacons are looked up by slot.',
    publishOccupancy: "Occupancy as retained MQTT topics, where its clock is the wall's. Left out: yes.",
    historyFromMs: 'Set while recorded or simulated history is being played in: what the progress bar runs towards.',
  },
  TEST_EVENT: { '': 'Asked for by hand.' },
  Trigger: {
    type: 'Enters a coupon zone with a basket left in the web shop within `maxAgeHours`; a basket fires once.',
  },
  UnknownPayload: {
    sample:
      'The latest, cut and with everything masked that could name a person: what it looks like, not what it says.',
  },
  VARIANT_A: { '': "Variant `a` is the campaign's own offer." },
  VoidRow: { '': 'What was taken back, by whom and why.' },
  Voided: { usable: 'False: the offer has expired meanwhile, or its holder was erased.' },
  WalkAudit: { by: 'The account that walks.', finished: 'Null: under way.' },
  WalkAuditDetail: { by: 'The account that walks.', finished: 'Null: under way.' },
  WalkedTap: {
    errorM: 'Metres between the tap and the fix of that moment. Null: under way, no fix, or one on another floor.',
  },
  WalletOffer: {
    imageUrl: 'Of the picture, where the offer has one.',
    shopName: "Whose offer it is; null for the mall's own, and for a tenant without a shop on the plan.",
    state: '`active` can be redeemed.',
    score: 'What the shopper answered after redeeming, 0 to 10.',
    code: 'For the QR code and for typing; null once it can no longer be redeemed.',
  },
  Waypoint: {
    '': '"I stand here now", by the clock of the phone. The id is the phone\'s own, so that sending twice counts once.',
  },
  WaypointsInput: {
    '': "`clockMs`: what the phone's clock says while sending; the server's own then tells how far it is off.",
  },
  WaypointsTaken: {
    taps: 'Of the audit, by now.',
    refused: 'Never to be sent again: the reason says what is wrong with it.',
  },
  Webhook: {
    tenantId: "Whose it is; null: the mall's.",
    disabledReason: '`gone`: the receiver answered 410.',
    previousSecretUntil: 'Until when deliveries are signed with the secret before as well.',
  },
  WebhookInput: {
    zones: 'Only of these; empty: of all that the owner of the webhook may see.',
    dwellSeconds: 'How long a stay must last for `carrier.dwelled`; each is told once a stay.',
  },
  WebhookWithSecret: {
    tenantId: "Whose it is; null: the mall's.",
    disabledReason: '`gone`: the receiver answered 410.',
    previousSecretUntil: 'Until when deliveries are signed with the secret before as well.',
    '': 'The secret is shown this once.',
  },
  Zone: { minStaySeconds: "Null: the definitions' minStaySeconds." },
  ZoneFigures: { zone: 'Null: the whole site.' },
  ZoneInput: { minStaySeconds: "Null: the definitions' minStaySeconds." },
};
