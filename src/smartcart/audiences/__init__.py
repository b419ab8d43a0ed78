"""Lists of customers on disk: contacts, audiences, results; joined by customer id."""
