"""A room of the tests with one CRF and one sealed CRF: all that adding a form takes."""
