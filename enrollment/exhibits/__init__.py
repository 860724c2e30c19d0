"""What decides, laid out as tables for the eligibility page; reads, decides nothing."""
