"""Where postcodes come from: the packaged ONS directory, the official ONSPD file, the reference tables."""
