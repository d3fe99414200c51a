package packet

import v5 "github.com/eclipse/paho.golang/packets"

// fromPaho is the packet that paho's codec for MQTT 5 has read.
func fromPaho(c *v5.ControlPacket) Packet {
	switch p := c.Content.(type) {
	case *v5.Connect:
		return connectFromPaho(p)
	case *v5.Connack:
		return &Connack{SessionPresent: p.SessionPresent, Code: Code(p.ReasonCode), Props: propertiesFromPaho(p.Properties)}
	case *v5.Publish:
		return &Publish{Dup: p.Duplicate, QoS: p.QoS, Retain: p.Retain, ID: p.PacketID, Topic: []byte(p.Topic), Payload: p.Payload,
			Props: propertiesFromPaho(p.Properties)}
	case *v5.Puback:
		return &Ack{Kind: PUBACK, ID: p.PacketID, Code: Code(p.ReasonCode), Props: propertiesFromPaho(p.Properties)}
	case *v5.Pubrec:
		return &Ack{Kind: PUBREC, ID: p.PacketID, Code: Code(p.ReasonCode), Props: propertiesFromPaho(p.Properties)}
	case *v5.Pubrel:
		return &Ack{Kind: PUBREL, ID: p.PacketID, Code: Code(p.ReasonCode), Props: propertiesFromPaho(p.Properties)}
	case *v5.Pubcomp:
		return &Ack{Kind: PUBCOMP, ID: p.PacketID, Code: Code(p.ReasonCode), Props: propertiesFromPaho(p.Properties)}
	case *v5.Suback:
		return &Suback{Kind: SUBACK, ID: p.PacketID, Codes: codesFromPaho(p.Reasons), Props: propertiesFromPaho(p.Properties)}
	case *v5.Unsuback:
		return &Suback{Kind: UNSUBACK, ID: p.PacketID, Codes: codesFromPaho(p.Reasons), Props: propertiesFromPaho(p.Properties)}
	case *v5.Subscribe:
		return subscribeFromPaho(p)
	case *v5.Unsubscribe:
		u := &Unsubscribe{ID: p.PacketID, Props: propertiesFromPaho(p.Properties)}
		for _, t := range p.Topics {
			u.Filters = append(u.Filters, []byte(t))
		}
		return u
	case *v5.Disconnect:
		return &Disconnect{Code: Code(p.ReasonCode), Props: propertiesFromPaho(p.Properties)}
	case *v5.Auth:
		return &Auth{Code: Code(p.ReasonCode), Props: propertiesFromPaho(p.Properties)}
	}
	return &Ping{Kind: Type(c.Type)}
}

func connectFromPaho(p *v5.Connect) *Connect {
	c := &Connect{Version: Version(p.ProtocolVersion), CleanStart: p.CleanStart, KeepAlive: p.KeepAlive, ClientID: []byte(p.ClientID),
		Props: propertiesFromPaho(p.Properties)}
	if p.WillFlag {
		c.Will = &Will{Topic: []byte(p.WillTopic), Payload: p.WillMessage, QoS: p.WillQOS, Retain: p.WillRetain,
			Props: propertiesFromPaho(p.WillProperties)}
	}
	if p.UsernameFlag {
		c.Username = []byte(p.Username)
	}
	if p.PasswordFlag {
		c.Password = append([]byte{}, p.Password...)
	}
	return c
}

func subscribeFromPaho(p *v5.Subscribe) *Subscribe {
	s := &Subscribe{ID: p.PacketID, Props: propertiesFromPaho(p.Properties)}
	for _, o := range p.Subscriptions {
		s.Filters = append(s.Filters, Filter{Filter: []byte(o.Topic), QoS: o.QoS, NoLocal: o.NoLocal,
			RetainAsPublished: o.RetainAsPublished, RetainHandling: o.RetainHandling})
	}
	return s
}

func codesFromPaho(reasons []byte) (codes []Code) {
	for _, r := range reasons {
		codes = append(codes, Code(r))
	}
	return codes
}

// propertiesFromPaho is the set that paho has read, of which it cannot tell an
// empty text from none.
func propertiesFromPaho(p *v5.Properties) (ps Properties) {
	for id, n := range map[Property]*byte{PayloadFormat: p.PayloadFormat, RequestProblemInfo: p.RequestProblemInfo,
		RequestResponseInfo: p.RequestResponseInfo, MaximumQoS: p.MaximumQOS, RetainAvailable: p.RetainAvailable,
		WildcardAvailable: p.WildcardSubAvailable, SubscriptionIDAllowed: p.SubIDAvailable, SharedAvailable: p.SharedSubAvailable} {
		setFromPaho(&ps, id, n)
	}
	for id, n := range map[Property]*uint16{ServerKeepAlive: p.ServerKeepAlive, ReceiveMaximum: p.ReceiveMaximum,
		TopicAliasMaximum: p.TopicAliasMaximum, TopicAlias: p.TopicAlias} {
		setFromPaho(&ps, id, n)
	}
	for id, n := range map[Property]*uint32{MessageExpiry: p.MessageExpiry, SessionExpiry: p.SessionExpiryInterval,
		WillDelay: p.WillDelayInterval, MaximumPacketSize: p.MaximumPacketSize} {
		setFromPaho(&ps, id, n)
	}
	for id, text := range map[Property]string{ContentType: p.ContentType, ResponseTopic: p.ResponseTopic,
		CorrelationData: string(p.CorrelationData), AssignedClientID: p.AssignedClientID, AuthMethod: p.AuthMethod,
		AuthData: string(p.AuthData), ResponseInfo: p.ResponseInfo, ServerReference: p.ServerReference, ReasonString: p.ReasonString} {
		if text != "" {
			ps.SetText(id, []byte(text))
		}
	}
	if id := p.SubscriptionIdentifier; id != nil {
		ps.AddSubscriptionID(uint32(*id))
	}
	for _, u := range p.User {
		ps.AddUser([]byte(u.Key), []byte(u.Value))
	}
	return ps
}

func setFromPaho[T byte | uint16 | uint32](ps *Properties, id Property, n *T) {
	if n != nil {
		ps.SetNumber(id, uint32(*n))
	}
}

// asPahoHolds takes out of p what paho's structures have no room for: texts that
// are there and empty, and all subscription identifiers but the last.
func asPahoHolds(p Packet) {
	switch p := p.(type) {
	case *Connect:
		propertiesAsPahoHolds(&p.Props)
		if p.Will != nil {
			propertiesAsPahoHolds(&p.Will.Props)
		}
	case *Connack:
		propertiesAsPahoHolds(&p.Props)
	case *Publish:
		propertiesAsPahoHolds(&p.Props)
	case *Ack:
		propertiesAsPahoHolds(&p.Props)
	case *Subscribe:
		propertiesAsPahoHolds(&p.Props)
	case *Suback:
		propertiesAsPahoHolds(&p.Props)
	case *Unsubscribe:
		propertiesAsPahoHolds(&p.Props)
	case *Disconnect:
		propertiesAsPahoHolds(&p.Props)
	case *Auth:
		propertiesAsPahoHolds(&p.Props)
	}
}

func propertiesAsPahoHolds(ps *Properties) {
	for _, text := range []Property{ContentType, ResponseTopic, CorrelationData, AssignedClientID, AuthMethod, AuthData,
		ResponseInfo, ServerReference, ReasonString} {
		if ps.Has(text) && len(ps.Text(text)) == 0 {
			ps.set &^= 1 << text
		}
	}
	if n := len(ps.SubscriptionIDs); n > 1 {
		ps.SubscriptionIDs = ps.SubscriptionIDs[n-1:]
	}
}
