package attacks

// hubTrials are the attacks that need more than a client can do.
func hubTrials() []trial { return nil }
