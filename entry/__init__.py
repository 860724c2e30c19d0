"""The pages of those who enter data: my work, matrix, casebook, forms, logs."""
