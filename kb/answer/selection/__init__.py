"""Which nodes answer a question: a small net that reads the question beside whole boards."""
