"""The record floor: knows no trial, could carry another one."""
