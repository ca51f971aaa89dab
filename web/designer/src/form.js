console.log('form')
