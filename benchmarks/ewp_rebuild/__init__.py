"""The Early Warning Project's panel of predictors rebuilt, by our rules and by theirs, and compared cell by cell."""
