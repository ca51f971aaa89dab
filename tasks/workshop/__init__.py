"""The analyst's workshop: drafts of bundles, from the first copy to the bundle that is checked and deployed."""
