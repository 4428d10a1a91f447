package kernels

import (
	"bytes"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"
)

// protocolVersion is the version of Jupyter's messaging protocol that is spoken.
const protocolVersion = "5.4"

// delimiter separates the routing identities of a message from the message itself.
var delimiter = []byte("<IDS|MSG>")

var errSignature = errors.New("the signature does not fit")

// header identifies a message and the conversation that it belongs to.
type header struct {
	ID      string `json:"msg_id"`
	Type    string `json:"msg_type"`
	Session string `json:"session"`
	User    string `json:"username"`
	Date    string `json:"date"`
	Version string `json:"version"`
}

// message is one message of Jupyter's protocol.
type message struct {
	Header, Parent header
	Content        json.RawMessage

	identities [][]byte // on a router's side: those of the peer to answer
}

// codec signs messages with the connection's key (HMAC-SHA256 over header, parent
// header, metadata and content) and checks the signatures of those it reads.
type codec struct {
	key     []byte
	session string
}

// request returns a new message that asks for something.
func (c codec) request(kind string, content any) (message, error) {
	encoded, err := json.Marshal(content)
	if err != nil {
		return message{}, fmt.Errorf("%s: %w", kind, err)
	}
	return message{
		Header: header{
			ID:      rand.Text(),
			Type:    kind,
			Session: c.session,
			User:    "espalier",
			Date:    time.Now().UTC().Format(time.RFC3339Nano),
			Version: protocolVersion,
		},
		Content: encoded,
	}, nil
}

// encode returns the frames of a message.
func (c codec) encode(m message) ([][]byte, error) {
	head, err := json.Marshal(m.Header)
	if err != nil {
		return nil, err
	}
	parent := []byte("{}")
	if m.Parent != (header{}) {
		if parent, err = json.Marshal(m.Parent); err != nil {
			return nil, err
		}
	}
	parts := [][]byte{head, parent, []byte("{}"), m.Content}
	frames := append(slices.Clone(m.identities), delimiter, c.sign(parts))
	return append(frames, parts...), nil
}

// decode reads the frames of a message. It ignores those after the content, which are raw
// buffers of widgets.
func (c codec) decode(frames [][]byte) (message, error) {
	at := slices.IndexFunc(frames, func(frame []byte) bool { return bytes.Equal(frame, delimiter) })
	if at < 0 || len(frames) < at+6 {
		return message{}, fmt.Errorf("not a Jupyter message: %d frames", len(frames))
	}
	parts := frames[at+2 : at+6]
	if !hmac.Equal(frames[at+1], c.sign(parts)) {
		return message{}, errSignature
	}
	m := message{Content: parts[3], identities: frames[:at]}
	if err := json.Unmarshal(parts[0], &m.Header); err != nil {
		return message{}, fmt.Errorf("header: %w", err)
	}
	if err := json.Unmarshal(parts[1], &m.Parent); err != nil {
		return message{}, fmt.Errorf("parent header: %w", err)
	}
	return m, nil
}

func (c codec) sign(parts [][]byte) []byte {
	mac := hmac.New(sha256.New, c.key)
	for _, part := range parts {
		mac.Write(part)
	}
	return hex.AppendEncode(nil, mac.Sum(nil))
}
