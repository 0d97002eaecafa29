"""One file per interaction. A listener records with one commit, acks, and only then does anything slower."""

# Slack gives an app 3 s to ack. A commit takes milliseconds; past this the person is told it may be lost.
ACK_DEADLINE_S = 2.0
