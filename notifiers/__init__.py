"""How people are told: channels, the messages they carry, and the words in them."""
