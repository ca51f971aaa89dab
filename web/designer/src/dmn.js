console.log('dmn')
