"""What a careful colleague would look at before believing a result."""
