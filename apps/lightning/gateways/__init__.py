"""The Lightning network outside, behind one protocol: the embedded simulated network and LND over REST."""
