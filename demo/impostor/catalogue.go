package impostor

import "github.com/pilothouse/pilothouse/model/watch"

// The defences that the attacks are meant to fail at, as [Attack.Defence].
const (
	BindClientID    = "client ID bound to its identity"
	SourcePinning   = "passwords pinned to addresses"
	Lockout         = "lockout after wrong passwords"
	CloneQuarantine = "quarantine of cloned keys"
	TakeoverLimit   = "limit on takeovers"
	OwnRoot         = "own-root rule"
	WillRule        = "rule for wills"
	RetainRule      = "rule for retained messages"
	FilterRule      = "rule for filters"
	CommandRule     = "commands from operators only"
	AliasFirst      = "alias resolved before the rule"
	KnownIdentity   = "anonymous clients refused"
	StrictNames     = "strict alphabet for names"
	CertificateRule = "certificates checked in full"
	MinimumTLS      = "TLS 1.2 at least"
	AllowList       = "Origin and Host allow-list"
	SocketCaps      = "caps on silent sockets"
	SizeCaps        = "caps on packet sizes"
	BoundedDecoder  = "bounded decoder"
	TopicQuota      = "topic quota of each device"
	TopicShape      = "bounds on a topic's shape"
	DepthCap        = "depth of payloads"
	Encryption      = "encryption and integrity on the wire"
	PinnedAuthority = "devices know their authority"
)

var (
	everywhere = []Transport{TCP, TLS, WSS}
	encrypted  = []Transport{TLS, WSS}
)

// Attacks is the whole catalogue, in the order of the threats.
func Attacks() []Attack {
	return append(append(sessionAttacks(), topicAttacks()...), wireAttacks()...)
}

// sessionAttacks are about who connects.
func sessionAttacks() []Attack {
	return []Attack{
		{Name: "Spoofed client ID", Rows: []int{1}, Transports: everywhere, Defence: BindClientID,
			Plain: "It says hello under the name of %s, to take over its session and read what waits in it.",
			Kinds: []watch.Kind{watch.Impersonation}, Run: staged(spoofClientID)},
		{Name: "Stolen password", Rows: []int{2}, Transports: everywhere, Defence: SourcePinning,
			Plain: "It has the password of %s, and uses it from another address.",
			Kinds: []watch.Kind{watch.NewSource}, Run: staged(stolenPassword)},
		{Name: "Guessed password", Rows: []int{2}, Transports: everywhere, Defence: Lockout,
			Plain: "It tries a list of passwords for %s.",
			Kinds: []watch.Kind{watch.LockedOut, watch.WrongPassword}, Run: staged(guessPassword)},
		{Name: "Cloned certificate", Rows: []int{3}, Transports: encrypted, Defence: CloneQuarantine,
			Plain: "It has a copy of the key of %s, and speaks at the same time.",
			Kinds: []watch.Kind{watch.ClonedKey, watch.NewSource}, Run: staged(cloned)},
		{Name: "Takeover war", Rows: []int{4}, Transports: everywhere, Defence: TakeoverLimit,
			Plain: "It reconnects as fast as it can, to drown %s and everybody else.",
			Kinds: []watch.Kind{watch.Flapping, watch.ClonedKey}, Run: staged(war)},
		{Name: "Bad certificates", Rows: []int{14}, Transports: encrypted, Defence: CertificateRule,
			Plain: "It shows certificates with the name of %s that the hub did not sign, or that are out of date.",
			Kinds: []watch.Kind{watch.UnknownIssuer, watch.Expired, watch.HandshakeFailed}, Run: staged(badCertificates)},
		{Name: "Anonymous", Rows: []int{16}, Transports: everywhere, Defence: KnownIdentity,
			Plain: "It says nothing of who it is, and hopes to come as near as %s.",
			Kinds: []watch.Kind{watch.Anonymous}, Run: staged(anonymous)},
		{Name: "Evil names", Rows: []int{18, 28}, Transports: everywhere, Defence: StrictNames,
			Plain: "It calls itself + and #, and by names that look like %s.",
			Kinds: []watch.Kind{watch.BadName, watch.UnknownIdentity, watch.Impersonation}, Run: staged(evilName)},
	}
}

// topicAttacks are about what is said and heard.
func topicAttacks() []Attack {
	return []Attack{
		{Name: "Another's topics", Rows: []int{5}, Transports: everywhere, Defence: OwnRoot,
			Plain: "It reports, in its own name, a false position on the topics of %s.",
			Kinds: []watch.Kind{watch.TopicDenied}, Run: staged(anothersTopic)},
		{Name: "Forged will", Rows: []int{6}, Transports: everywhere, Defence: WillRule,
			Plain: "It leaves a will that says %s is lost, and breaks its connection.",
			Kinds: []watch.Kind{watch.WillDenied}, Run: staged(forgedWill)},
		{Name: "Forged retained position", Rows: []int{7}, Transports: everywhere, Defence: RetainRule,
			Plain: "It leaves a false position of %s for everybody who looks later.",
			Kinds: []watch.Kind{watch.RetainDenied, watch.TopicDenied}, Run: staged(forgedRetained)},
		{Name: "Snooping", Rows: []int{17}, Transports: everywhere, Defence: FilterRule,
			Plain: "It asks to be told everything that %s and the others say.",
			Kinds: []watch.Kind{watch.FilterDenied}, Run: staged(snoop)},
		{Name: "Snooping on the broker", Rows: []int{17}, Transports: everywhere, Defence: FilterRule,
			Plain: "It asks for the broker's own topics, to learn when %s comes and goes.",
			Kinds: []watch.Kind{watch.FilterDenied}, Run: staged(snoopSystem)},
		{Name: "Injected command", Rows: []int{19}, Transports: everywhere, Defence: CommandRule,
			Plain: "It presses the horn of %s.",
			Kinds: []watch.Kind{watch.CommandDenied, watch.TopicDenied}, Run: staged(injectCommand)},
		{Name: "Topic alias", Rows: []int{35}, Transports: everywhere, Defence: AliasFirst,
			Plain: "It hides the topic of %s behind a number, as MQTT 5 allows.",
			Kinds: []watch.Kind{watch.TopicDenied, watch.Malformed}, Run: staged(byAlias)},
		{Name: "Topic explosion", Rows: []int{22}, Transports: everywhere, Defence: TopicQuota,
			Plain: "It leaves messages on thousands of topics, until there is no room for %s.",
			Kinds: []watch.Kind{watch.QuotaReached}, Run: staged(topicExplosion)},
		{Name: "Topics of 30,000 levels", Rows: []int{23}, Transports: everywhere, Defence: TopicShape,
			Plain: "It makes topics so deep that every tree stumbles, that of %s too.",
			Kinds: []watch.Kind{watch.TopicDenied, watch.RetainDenied, watch.QuotaReached}, Run: staged(deepTopic)},
	}
}

// wireAttacks are about connections and bytes.
func wireAttacks() []Attack {
	return []Attack{
		{Name: "Changed on the wire", Rows: []int{11}, Transports: encrypted, Defence: Encryption,
			Plain: "It sits between a device and the hub, and changes what the device says.",
			Kinds: []watch.Kind{watch.HandshakeFailed, watch.Malformed, watch.Other}, Run: staged(flipBytes)},
		{Name: "TLS 1.0 and 1.1", Rows: []int{13}, Transports: encrypted, Defence: MinimumTLS,
			Plain: "It offers encryption so old that it can be broken.",
			Kinds: []watch.Kind{watch.DowngradeTried}, Run: staged(oldTLS)},
		{Name: "Man in the middle", Rows: []int{14}, Transports: []Transport{TLS}, Defence: PinnedAuthority,
			Plain: "It lures a device to a hub of its own, with a certificate of another authority.",
			Kinds: []watch.Kind{watch.HandshakeFailed, watch.Flood}, Run: staged(otherAuthority)},
		{Name: "Silent sockets", Rows: []int{24}, Transports: everywhere, Defence: SocketCaps,
			Plain: "It opens connection after connection and says nothing, until %s cannot get in.",
			Kinds: []watch.Kind{watch.Flood, watch.HandshakeFailed}, Run: staged(silentSockets)},
		{Name: "Huge lengths", Rows: []int{25}, Transports: everywhere, Defence: SizeCaps,
			Plain: "It promises packets of 256 MB, so that memory is set aside for them.",
			Kinds: []watch.Kind{watch.Malformed, watch.HandshakeFailed, watch.Flood}, Run: staged(hugeLength)},
		{Name: "Malformed packets", Rows: []int{26}, Transports: everywhere, Defence: BoundedDecoder,
			Plain: "It sends packets that are none, to make the broker stumble.",
			Kinds: []watch.Kind{watch.Malformed}, Run: staged(malformedSequences)},
		{Name: "JSON bomb", Rows: []int{27}, Transports: everywhere, Defence: DepthCap,
			Plain: "It publishes a million opening brackets to whoever reads along.",
			Run:   staged(jsonBomb)},
		{Name: "Web page", Rows: []int{33}, Transports: []Transport{WSS}, Defence: AllowList,
			Plain: "It is a page in somebody's browser, and connects from there.",
			Kinds: []watch.Kind{watch.OriginRefused}, Run: staged(webPage)},
	}
}
