"""A room for measuring: one wide form, and the same columns under other trails."""
